//! Thumbs added up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::audit::figures::Mark;
use crate::domain::feedback::Thumb;

words! {
    /// What thumbs are added up by.
    Axis {
        /// The tool that answered.
        Tool = "tool",
        /// The tone of a draft.
        Tone = "tone",
        /// Who wrote the text.
        Maker = "by",
    }
}

/// Thumbs for one tool, one tone or one writer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thumbs {
    /// What they are added up by.
    pub of: Axis,
    /// Which of these.
    pub name: String,
    /// Up.
    pub good: usize,
    /// Down.
    pub bad: usize,
}

/// The thumbs that still stand, on each axis, the most rated first.
#[must_use]
pub fn of(marks: &[Mark]) -> Vec<Thumbs> {
    let mut counts: BTreeMap<(Axis, &str), (usize, usize)> = BTreeMap::new();
    for (mark, noted) in marks.iter().filter_map(|mark| Some((mark, mark.rated.as_ref()?))) {
        let names = [(Axis::Tool, &mark.tool), (Axis::Tone, &noted.tone), (Axis::Maker, &noted.made_by)];
        for (axis, name) in names.into_iter().filter(|(_, name)| !name.is_empty()) {
            let (good, bad) = counts.entry((axis, name)).or_default();
            match noted.thumb {
                Thumb::Good => *good += 1,
                Thumb::Bad => *bad += 1,
            }
        }
    }
    let one = |((of, name), (good, bad)): ((Axis, &str), _)| Thumbs { of, name: name.to_owned(), good, bad };
    let mut all: Vec<Thumbs> = counts.into_iter().map(one).collect();
    all.sort_by_key(|thumbs| (thumbs.of, std::cmp::Reverse(thumbs.good + thumbs.bad)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::feedback::Noted;

    fn mark(tool: &str, thumb: Thumb, tone: &str, by: &str) -> Mark {
        Mark {
            at: jiff::Timestamp::UNIX_EPOCH,
            actor: "maya".to_owned(),
            action: "rated".to_owned(),
            tool: tool.to_owned(),
            ticket: None,
            proposal: None,
            outcome: thumb.to_string(),
            micros: 0,
            begun: None,
            held: 0,
            rated: Some(Noted { thumb, tone: tone.to_owned(), made_by: by.to_owned() }),
        }
    }

    #[test]
    fn thumbs_are_counted_by_tool_tone_and_writer_and_one_that_was_changed_is_not() {
        let replaced = Mark { rated: None, ..mark("suggest_response", Thumb::Good, "warm", "a model") };
        let all = of(&[
            mark("summarize_ticket", Thumb::Good, "", "offline assistant"),
            mark("suggest_response", Thumb::Bad, "polite", "a model"),
            mark("suggest_response", Thumb::Good, "polite", "offline assistant"),
            replaced,
        ]);
        let told: Vec<_> = all.iter().map(|t| (t.of.as_str(), t.name.as_str(), t.good, t.bad)).collect();
        assert_eq!(
            told,
            [
                ("tool", "suggest_response", 1, 1),
                ("tool", "summarize_ticket", 1, 0),
                ("tone", "polite", 1, 1),
                ("by", "offline assistant", 2, 0),
                ("by", "a model", 0, 1),
            ]
        );
    }
}
