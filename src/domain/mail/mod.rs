//! The parts of a mail's text: what somebody wrote just now, and what their mail program added below it.
//!
//! Nothing is cut away: the parts joined give back the text. A part that is not [`PartKind::Text`] may be folded on a
//! screen. Quotes that an answer stands between stay in the text, since the answer says nothing without them.

mod attribution;
mod fold;
mod line;
#[rustfmt::skip] // tables are read by the block, not by the line
mod phrases;

words! {
    /// What a part of a mail is.
    PartKind {
        /// What somebody wrote.
        Text = "text",
        /// An older mail, and the line that says whose it is.
        Quoted = "quoted text",
        /// A signature, or what a device adds.
        Signature = "signature",
        /// A mail passed on.
        Forwarded = "forwarded mail",
    }
}

/// Lines of a mail that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// What they are.
    pub kind: PartKind,
    /// The lines as they stand, with their line ends; hostile until escaped.
    pub text: &'a str,
}

impl Part<'_> {
    /// How many lines it has, leaving out empty ones at either end.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.text.trim().lines().count()
    }

    /// What stands for the part while it is folded, like `quoted text, 14 lines`.
    #[must_use]
    pub fn label(&self) -> String {
        match self.lines() {
            1 => format!("{}, 1 line", self.kind),
            many => format!("{}, {many} lines", self.kind),
        }
    }
}

/// The parts of a mail's text, in order; joined they give it back.
#[must_use]
pub fn parts(body: &str) -> Vec<Part<'_>> {
    let lines: Vec<&str> = body.split_inclusive('\n').collect();
    let kinds = fold::kinds(&lines);
    let mut parts = Vec::new();
    let (mut start, mut end) = (0, 0);
    for (at, line) in lines.iter().enumerate() {
        end += line.len();
        if kinds.get(at + 1) != Some(&kinds[at]) {
            parts.push(Part { kind: kinds[at], text: &body[start..end] });
            start = end;
        }
    }
    parts
}

/// What somebody wrote just now: the text parts joined, without white space around them.
#[must_use]
pub fn fresh(body: &str) -> String {
    let text: String = parts(body).iter().filter(|part| part.kind == PartKind::Text).map(|part| part.text).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests;
