//! How much of one text stands in another.

/// Words of each text that are compared; the rest of a longer one counts as changed.
const MOST: usize = 2_000;

/// Percent of the words of `before` that stand in `after` in their order; 100 only where no word was changed.
#[must_use]
pub fn kept(before: &str, after: &str) -> u8 {
    if before.split_whitespace().eq(after.split_whitespace()) {
        return 100;
    }
    let compared = |text| str::split_whitespace(text).take(MOST).collect::<Vec<_>>();
    let share = longest_common(&compared(before), &compared(after)) * 100;
    let share = share.checked_div(before.split_whitespace().count()).unwrap_or(0);
    u8::try_from(share).unwrap_or(99).min(99)
}

/// The length of the longest sequence that stands in both, gaps allowed.
#[must_use]
pub fn longest_common<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (at, y) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if x == y { diagonal + 1 } else { above.max(row[at]) };
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
        let long = "word ".repeat(MOST);
        assert_eq!(kept(&format!("{long}end"), &format!("{long}other")), 99, "what was not compared is not kept");
        assert_eq!(kept(&format!("{long}{long}"), &format!("{long}{long}x")), 50);
    }
}
