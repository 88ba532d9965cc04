//! A lesson as a unified diff, with nothing in it that a terminal would obey.

use std::fmt::Write as _;

use crate::assist::learn::edits::{Step, steps};
use crate::domain::lesson::{Change, Lesson};
use crate::domain::text;

/// Lines around a change.
const AROUND: usize = 2;

/// The change of a lesson as a unified diff; each line escaped.
#[must_use]
pub fn of(lesson: &Lesson) -> String {
    let (before, after) = match lesson.change() {
        Change::Canned { .. } => ("nothing".to_owned(), format!("canned reply {}", lesson.id())),
        Change::Style { .. } => ("nothing".to_owned(), format!("style note {}", lesson.id())),
        Change::Article { id, .. } => (format!("article {id}"), format!("article {id}, {}", lesson.id())),
    };
    format!("--- {before}\n+++ {after}\n{}", unified(lesson.old(), lesson.new_text()))
}

/// The hunks from one text to another; each line escaped.
#[must_use]
pub fn unified(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let steps = steps(&old, &new);
    let mut out = String::new();
    for hunk in hunks(&steps) {
        head(&mut out, &steps[hunk.clone()], &steps[..hunk.start]);
        for step in &steps[hunk] {
            let (mark, line) = match *step {
                Step::Keep(at, _) => (' ', old[at]),
                Step::Take(at) => ('-', old[at]),
                Step::Put(at) => ('+', new[at]),
            };
            let _ = writeln!(out, "{mark}{}", text::line(line));
        }
    }
    out
}

/// Stretches of steps with a change in them and a few lines around.
fn hunks(steps: &[Step]) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in steps.iter().enumerate().filter(|(_, step)| !matches!(step, Step::Keep(..))) {
        let (start, end) = (at.saturating_sub(AROUND), (at + AROUND + 1).min(steps.len()));
        match found.last_mut().filter(|last| last.end >= start) {
            Some(last) => last.end = end,
            None => found.push(start..end),
        }
    }
    found
}

/// `@@ -line,lines +line,lines @@`, as other tools read it.
fn head(out: &mut String, hunk: &[Step], before: &[Step]) {
    let count = |steps: &[Step]| {
        let of = |is: fn(&Step) -> bool| steps.iter().filter(|step| is(step)).count();
        (of(|step| !matches!(step, Step::Put(_))), of(|step| !matches!(step, Step::Take(_))))
    };
    let ((old_from, new_from), (old, new)) = (count(before), count(hunk));
    let (old_from, new_from) = (old_from + usize::from(old > 0), new_from + usize::from(new > 0));
    let _ = writeln!(out, "@@ -{old_from},{old} +{new_from},{new} @@");
}
