//! Runs of digits, the letters of every number.

/// A run of ASCII digits, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Group {
    /// How many digits.
    pub(super) const fn len(self) -> usize {
        self.end - self.start
    }
}

/// All runs of digits of a text.
pub(super) fn find(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (at, _) in text.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
        match groups.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            Some(_) | None => groups.push(Group { start: at, end: at + 1 }),
        }
    }
    groups
}

/// What stands between two groups, if it is short.
pub(super) fn between(text: &str, before: Group, after: Group) -> Option<&str> {
    (after.start - before.end <= 6).then(|| &text[before.end..after.start])
}

/// The digits of some groups, without what stands between.
pub(super) fn digits(text: &str, groups: &[Group]) -> String {
    groups.iter().map(|group| &text[group.start..group.end]).collect()
}

/// Whether a character is a space that numbers are divided with.
pub(super) const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

/// Whether a character is a dash that numbers are divided with.
pub(super) const fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\u{2012}' | '\u{2013}')
}
