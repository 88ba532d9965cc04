//! Until when a ticket is put off, as a person writes it.

use jiff::civil::{Time, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan as _, Zoned};

/// What a number stands for, with what it means; other times are written.
pub const CHOICES: [(&str, &str); 6] = [
    ("1h", "an hour"),
    ("4h", "four hours"),
    ("tomorrow", "at nine"),
    ("mon", "the next Monday at nine"),
    ("1w", "a week"),
    ("now", "not put off any more"),
];

/// When a day begins for somebody who works.
const MORNING: Time = Time::constant(9, 0, 0, 0);
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// Why a time is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTime {
    /// It cannot be read.
    #[error("write 1h, 3d, 14:30, tomorrow, mon, 2026-12-01 or now")]
    Unknown,
    /// It is over, or too far away to be meant.
    #[error("that is not within the next year")]
    OutOfReach,
}

/// Reads a time; `now` is where the person is. Nothing for `now`: not put off any more.
///
/// # Errors
/// When it is no time, or not in the year to come.
pub fn until(text: &str, now: &Zoned) -> Result<Option<Timestamp>, BadTime> {
    let text = text.trim().to_lowercase();
    if text == "now" {
        return Ok(None);
    }
    let at = moment(&text, now).ok_or(BadTime::Unknown)?;
    let year = now.checked_add(1.year()).map_or(Timestamp::MAX, |then| then.timestamp());
    if at <= now.timestamp() || at > year { Err(BadTime::OutOfReach) } else { Ok(Some(at)) }
}

fn moment(text: &str, now: &Zoned) -> Option<Timestamp> {
    let morning = |day: &Zoned| Some(day.with().time(MORNING).build().ok()?.timestamp());
    if text.len() >= 3 && "tomorrow".starts_with(text) {
        return morning(&now.tomorrow().ok()?);
    }
    if let Some((_, weekday)) = DAYS.iter().find(|(short, _)| text.len() >= 3 && day_name(text, short)) {
        return morning(&now.nth_weekday(1, *weekday).ok()?);
    }
    if let Ok(time) = text.parse::<jiff::civil::DateTime>()
        && text.contains('t')
    {
        return Some(time.to_zoned(now.time_zone().clone()).ok()?.timestamp());
    }
    if let Ok(date) = text.parse::<jiff::civil::Date>() {
        return morning(&date.to_zoned(now.time_zone().clone()).ok()?);
    }
    if text.contains(':')
        && let Ok(time) = text.parse::<Time>()
    {
        let today = now.with().time(time).build().ok()?;
        let at = if today > *now { today } else { today.tomorrow().ok()? };
        return Some(at.timestamp());
    }
    let unit = text.chars().next_back()?;
    let number: i64 = text[..text.len() - unit.len_utf8()].parse().ok()?;
    let minutes = match unit {
        'm' => 1,
        'h' => 60,
        'd' => 24 * 60,
        'w' => 7 * 24 * 60,
        _ => return None,
    };
    now.timestamp().checked_add(SignedDuration::from_mins(number.checked_mul(minutes)?)).ok()
}

/// `mon`, `mond`, … `monday`.
fn day_name(text: &str, short: &str) -> bool {
    let long = match short {
        "tue" => "tuesday".to_owned(),
        "wed" => "wednesday".to_owned(),
        "thu" => "thursday".to_owned(),
        "sat" => "saturday".to_owned(),
        other => format!("{other}day"),
    };
    text.starts_with(short) && long.starts_with(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday in Lisbon.
    fn now() -> Zoned {
        "2026-11-23T10:15:00+00:00[Europe/Lisbon]".parse().unwrap()
    }

    #[test]
    fn a_time_is_read_as_people_write_it() {
        for (text, expect) in [
            ("30m", "2026-11-23T10:45:00Z"),
            ("1h", "2026-11-23T11:15:00Z"),
            ("2w", "2026-12-07T10:15:00Z"),
            ("14:30", "2026-11-23T14:30:00Z"),
            ("09:00", "2026-11-24T09:00:00Z"),
            ("Tomorrow", "2026-11-24T09:00:00Z"),
            ("mon", "2026-11-30T09:00:00Z"),
            ("weds", "x"),
            ("wednesday", "2026-11-25T09:00:00Z"),
            ("2026-12-01", "2026-12-01T09:00:00Z"),
            ("2026-12-01T14:30", "2026-12-01T14:30:00Z"),
        ] {
            let read = until(text, &now());
            match expect {
                "x" => assert_eq!(read, Err(BadTime::Unknown), "{text}"),
                _ => assert_eq!(read, Ok(Some(expect.parse().unwrap())), "{text}"),
            }
        }
        assert_eq!(until("now", &now()), Ok(None));
    }

    #[test]
    fn every_choice_is_a_time_whenever_it_is() {
        for day in 1..=30 {
            let now: Zoned = format!("2027-06-{day:02}T23:59:00+02:00[Europe/Berlin]").parse().unwrap();
            for (choice, _) in CHOICES {
                assert!(until(choice, &now).is_ok(), "{choice} on {now}");
            }
        }
    }

    #[test]
    fn what_is_over_or_absurd_is_refused() {
        for text in ["0m", "-3h", "2026-11-22", "2026-11-23T10:00", "99w", "2031-01-01"] {
            assert_eq!(until(text, &now()), Err(BadTime::OutOfReach), "{text}");
        }
        for text in ["", "soon", "25:00", "h", "9999999999999999w", "2026-13-01", "m\u{301}"] {
            assert_eq!(until(text, &now()), Err(BadTime::Unknown), "{text}");
        }
    }
}
