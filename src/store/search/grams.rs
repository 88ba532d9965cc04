//! Looking up one or two characters in a trigram index.

use rusqlite::Connection;

use crate::store::search::query::quoted;

/// How many trigrams stand for a character or two.
const MOST: usize = 64;

/// An FTS5 expression for the trigrams that start with a gram, if the index behind `vocabulary` has any.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn expression(conn: &Connection, vocabulary: &str, gram: &str) -> rusqlite::Result<Option<String>> {
    let sql = format!("SELECT term FROM {vocabulary} WHERE term >= ?1 AND term < ?2 LIMIT {MOST}");
    let mut statement = conn.prepare_cached(&sql)?;
    let found = statement.query_map((gram, format!("{gram}\u{10ffff}")), |row| row.get::<_, String>(0))?;
    let trigrams = found.map(|term| Ok(quoted(&term?))).collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(Some(trigrams.join(" OR ")).filter(|any| !any.is_empty()))
}

/// How alike two texts look: the Dice coefficient of their words' trigrams, 0 to 1.
pub(crate) fn likeness(one: &[u64], other: &[u64]) -> f64 {
    let (mut a, mut b) = (one.iter().peekable(), other.iter().peekable());
    let mut shared = 0_u32;
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => drop(a.next()),
            std::cmp::Ordering::Greater => drop(b.next()),
            std::cmp::Ordering::Equal => {
                shared += 1;
                a.next();
                b.next();
            }
        }
    }
    let both = u32::try_from(one.len() + other.len()).unwrap_or(u32::MAX);
    2.0 * f64::from(shared) / f64::from(both.max(1))
}

/// The distinct trigrams of words joined by spaces, sorted, each packed into a number.
pub(crate) fn packed<'a>(words: impl Iterator<Item = &'a str>) -> Vec<u64> {
    let mut letters = vec![u64::from(' ')];
    for word in words {
        letters.extend(word.chars().map(u64::from));
        letters.push(u64::from(' '));
    }
    let mut grams: Vec<u64> = letters.windows(3).map(|w| w[0] << 42 | w[1] << 21 | w[2]).collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_is_one_for_the_same_and_high_for_a_slip() {
        let packed = |text: &str| packed(text.split(' '));
        assert!((likeness(&packed("delete account"), &packed("delete account")) - 1.0).abs() < 1e-9);
        assert!(likeness(&packed("delete account"), &packed("delete acount")) > 0.8);
        assert!(likeness(&packed("delete"), &packed("zebra")) < 0.01);
        assert!(likeness(&[], &[]) < 0.01);
    }
}
