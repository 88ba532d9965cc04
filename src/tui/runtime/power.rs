//! Whether the machine runs on its battery, as Linux tells it; elsewhere nobody knows, and it does not.

use std::fs;
use std::path::Path;

/// Where Linux lists what feeds the machine.
const SUPPLIES: &str = "/sys/class/power_supply";

/// Whether a battery feeds the machine just now.
pub(super) fn on_battery() -> bool {
    drains(Path::new(SUPPLIES))
}

/// Whether a battery of the machine's own is being emptied and nothing else feeds it.
fn drains(supplies: &Path) -> bool {
    let Ok(entries) = fs::read_dir(supplies) else { return false };
    let mut drains = false;
    for supply in entries.filter_map(Result::ok) {
        let of = |name: &str| fs::read_to_string(supply.path().join(name)).unwrap_or_default().trim().to_owned();
        if of("online") == "1" && of("type") != "Battery" {
            return false;
        }
        // A mouse has a battery too.
        drains |= of("type") == "Battery" && of("scope") != "Device" && of("status") == "Discharging";
    }
    drains
}

#[cfg(test)]
mod tests {
    use super::*;

    fn supplies(all: &[(&str, &[(&str, &str)])]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, files) in all {
            fs::create_dir(dir.path().join(name)).unwrap();
            for (file, text) in *files {
                fs::write(dir.path().join(name).join(file), format!("{text}\n")).unwrap();
            }
        }
        dir
    }

    #[test]
    fn a_battery_counts_while_it_is_emptied_and_nothing_is_plugged_in() {
        let battery: (&str, &[_]) = ("BAT0", &[("type", "Battery"), ("status", "Discharging")]);
        let full: (&str, &[_]) = ("BAT0", &[("type", "Battery"), ("status", "Full")]);
        let mouse: (&str, &[_]) = ("hid-1", &[("type", "Battery"), ("status", "Discharging"), ("scope", "Device")]);
        let plugged: (&str, &[_]) = ("AC", &[("type", "Mains"), ("online", "1")]);
        let unplugged: (&str, &[_]) = ("AC", &[("type", "Mains"), ("online", "0")]);
        for (all, expect) in [
            (vec![], false),
            (vec![battery], true),
            (vec![battery, unplugged], true),
            (vec![battery, plugged], false),
            (vec![full, unplugged], false),
            (vec![mouse], false),
        ] {
            assert_eq!(drains(supplies(&all).path()), expect, "{all:?}");
        }
        assert!(!drains(Path::new("/nowhere")));
    }
}
