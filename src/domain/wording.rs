//! How much of one text stands in another.

/// Words of each text that are looked at; the rest of a longer one counts as changed.
const MOST: usize = 2_000;

/// Percent of the words of `before` that stand in `after` in their order; 100 only where nothing was changed.
#[must_use]
pub fn kept(before: &str, after: &str) -> u8 {
    let (before, after): (Vec<&str>, Vec<&str>) = (words(before), words(after));
    if before == after {
        return 100;
    }
    let share = common(&before, &after) * 100 / before.len().max(1);
    u8::try_from(share).unwrap_or(99).min(99)
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().take(MOST).collect()
}

/// The length of the longest sequence of words that stands in both, gaps allowed.
fn common(a: &[&str], b: &[&str]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for word in a {
        let mut diagonal = 0;
        for (at, other) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if word == other { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_is_counted_in_its_order() {
        for (before, after, expect) in [
            ("a b c d", "a b c d", 100),
            ("a b c d", "a  b\nc d", 100),
            ("a b c d", "a b c d e", 99),
            ("a b c d", "a x c d", 75),
            ("a b c d", "d c b a", 25),
            ("a b c d", "", 0),
            ("", "a", 0),
            ("", "", 100),
        ] {
            assert_eq!(kept(before, after), expect, "{before:?} {after:?}");
        }
    }
}
