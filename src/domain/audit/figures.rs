//! What the log comes to: how fast and how often the tools answered, and what people decided.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::audit::Action;
use crate::domain::audit::thumbs::{self, Thumbs};
use crate::domain::feedback::Noted;
use crate::domain::proposal::Begun;

/// What the figures need of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// The tool.
    pub tool: String,
    /// The ticket.
    pub ticket: Option<String>,
    /// The proposal.
    pub proposal: Option<String>,
    /// `ok`, or a refusal.
    pub outcome: String,
    /// Microseconds.
    pub micros: u64,
    /// For a proposal that began as a suggestion: what became of that.
    pub begun: Option<Begun>,
    /// Milliseconds between the key and this record: an approval waits in the outbox.
    pub held: u64,
    /// For a thumb that still stands: what it is about.
    pub rated: Option<Noted>,
}

/// How a tool did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolFigures {
    /// Which.
    pub tool: String,
    /// Calls that were carried out or failed.
    pub calls: usize,
    /// Calls that failed or were refused.
    pub errors: usize,
    /// Microseconds that half of the calls were no slower than.
    pub p50: u64,
    /// The same for 95 of 100.
    pub p95: u64,
    /// The same for 99 of 100.
    pub p99: u64,
}

/// What was decided, by a person or about a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Who, or about which tool.
    pub name: String,
    /// Proposals approved as they were.
    pub approved: usize,
    /// Proposals changed before.
    pub edited: usize,
    /// Proposals denied.
    pub denied: usize,
    /// Seconds from the proposal to the decision, median; nothing where none is known.
    pub seconds: Option<u64>,
    /// Percent of the suggested words that were sent, mean of the approved replies that began as a suggestion.
    pub kept: Option<u64>,
}

impl Decided {
    /// Decisions of every kind.
    #[must_use]
    pub const fn all(&self) -> usize {
        self.approved + self.edited + self.denied
    }
}

/// Everything together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Records looked at.
    pub records: usize,
    /// By tool, the most called first.
    pub tools: Vec<ToolFigures>,
    /// By person, the busiest first.
    pub people: Vec<Decided>,
    /// By tool, the most decided on first.
    pub proposals: Vec<Decided>,
    /// By tone of the suggestion that a reply began as, the most decided on first.
    pub tones: Vec<Decided>,
    /// By day (UTC), oldest first: approved as they were, and decided.
    pub days: Vec<(Date, usize, usize)>,
    /// What people thought of the assistant's texts: by tool, by tone, by who wrote them.
    pub thumbs: Vec<Thumbs>,
}

/// What one proposal came to.
#[derive(Clone, Copy)]
enum Verdict {
    Approved,
    Edited,
    Denied,
}

/// Decisions in the making.
#[derive(Default)]
struct Tally {
    counts: Decided,
    waits: Vec<u64>,
    kept: Vec<u64>,
}

impl Figures {
    /// Figures of these records, oldest first.
    #[must_use]
    pub fn of(marks: &[Mark]) -> Self {
        let mut filed: BTreeMap<&str, Timestamp> = BTreeMap::new();
        let mut people: BTreeMap<&str, Tally> = BTreeMap::new();
        let mut about: BTreeMap<&str, Tally> = BTreeMap::new();
        let mut tones: BTreeMap<&str, Tally> = BTreeMap::new();
        let mut days: BTreeMap<Date, (usize, usize)> = BTreeMap::new();
        // The proposal that an edit has made is approved next, and is no decision of its own.
        let mut edits = Edits::new();
        for mark in marks {
            let proposal = mark.proposal.as_deref().unwrap_or_default();
            if mark.action == Action::Proposed.as_str() {
                filed.insert(proposal, mark.at);
            }
            let Some(verdict) = verdict(mark, &mut edits) else { continue };
            let waited = filed.get(proposal).and_then(|at| seconds_to_key(*at, mark));
            // How much of it is sent is known where it is approved; what is edited on the card goes on as another proposal.
            let is_sent = mark.action == Action::Approved.as_str();
            let kept = mark.begun.filter(|_| is_sent).map(|begun| u64::from(begun.kept));
            let tone = mark.begun.map(|begun| tones.entry(begun.tone.as_str()).or_default());
            let both = [people.entry(&mark.actor).or_default(), about.entry(&mark.tool).or_default()];
            for tally in both.into_iter().chain(tone) {
                tally.take(verdict, waited, kept);
            }
            let day = days.entry(mark.at.to_zoned(TimeZone::UTC).date()).or_default();
            *day = (day.0 + usize::from(matches!(verdict, Verdict::Approved)), day.1 + 1);
        }
        Self {
            records: marks.len(),
            tools: tools(marks),
            people: decided(people),
            proposals: decided(about),
            tones: decided(tones),
            days: days.into_iter().map(|(day, (approved, all))| (day, approved, all)).collect(),
            thumbs: thumbs::of(marks),
        }
    }
}

/// Seconds from the proposal to the key that decided on it.
fn seconds_to_key(filed: Timestamp, mark: &Mark) -> Option<u64> {
    let held = SignedDuration::from_millis(i64::try_from(mark.held).unwrap_or(0));
    u64::try_from((mark.at.duration_since(filed) - held).as_secs()).ok()
}

/// How many edits of a person on a ticket, by tool, have not been approved yet.
type Edits<'a> = BTreeMap<(&'a str, Option<&'a str>, &'a str), usize>;

fn verdict<'a>(mark: &'a Mark, edits: &mut Edits<'a>) -> Option<Verdict> {
    let edits = edits.entry((&mark.actor, mark.ticket.as_deref(), &mark.tool)).or_default();
    if mark.action == Action::Edited.as_str() {
        *edits += 1;
        return Some(Verdict::Edited);
    }
    if mark.action == Action::Denied.as_str() {
        return Some(Verdict::Denied);
    }
    if mark.action != Action::Approved.as_str() {
        return None;
    }
    let follows_edit = *edits > 0;
    *edits = edits.saturating_sub(1);
    // What a person changed before they proposed it was edited too.
    let changed = mark.begun.is_some_and(|begun| begun.kept < 100);
    (!follows_edit).then_some(if changed { Verdict::Edited } else { Verdict::Approved })
}

impl Tally {
    fn take(&mut self, verdict: Verdict, waited: Option<u64>, kept: Option<u64>) {
        match verdict {
            Verdict::Approved => self.counts.approved += 1,
            Verdict::Edited => self.counts.edited += 1,
            Verdict::Denied => self.counts.denied += 1,
        }
        self.waits.extend(waited);
        self.kept.extend(kept);
    }
}

fn decided(tallies: BTreeMap<&str, Tally>) -> Vec<Decided> {
    let one = |(name, Tally { counts, mut waits, kept }): (&str, Tally)| {
        waits.sort_unstable();
        let mean = kept.iter().sum::<u64>().checked_div(kept.len() as u64);
        Decided { name: name.to_owned(), seconds: quantile(&waits, 50), kept: mean, ..counts }
    };
    let mut all: Vec<Decided> = tallies.into_iter().map(one).collect();
    all.sort_by_key(|decided| std::cmp::Reverse(decided.all()));
    all
}

fn tools(marks: &[Mark]) -> Vec<ToolFigures> {
    let mut by_tool: BTreeMap<&str, (ToolFigures, Vec<u64>)> = BTreeMap::new();
    let called = [Action::Read, Action::Executed, Action::Refused, Action::Failed, Action::Unknown];
    for mark in marks.iter().filter(|mark| called.iter().any(|action| mark.action == action.as_str())) {
        let (figures, times) = by_tool.entry(&mark.tool).or_default();
        let good = mark.outcome == "ok" && [Action::Read, Action::Executed].iter().any(|a| mark.action == a.as_str());
        figures.calls += 1;
        figures.errors += usize::from(!good);
        times.extend((mark.micros > 0).then_some(mark.micros));
    }
    let one = |(tool, (figures, mut times)): (&str, (ToolFigures, Vec<u64>))| {
        times.sort_unstable();
        let at = |percent| quantile(&times, percent).unwrap_or(0);
        ToolFigures { tool: tool.to_owned(), p50: at(50), p95: at(95), p99: at(99), ..figures }
    };
    let mut all: Vec<ToolFigures> = by_tool.into_iter().map(one).collect();
    all.sort_by_key(|tool| std::cmp::Reverse(tool.calls));
    all
}

/// The value that `percent` of the sorted values do not exceed.
fn quantile(sorted: &[u64], percent: usize) -> Option<u64> {
    sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ticket::Tone;

    fn mark(second: i64, actor: &str, action: Action, tool: &str, proposal: &str, micros: u64) -> Mark {
        Mark {
            at: Timestamp::from_second(1_795_000_000 + second).unwrap(),
            actor: actor.to_owned(),
            action: action.to_string(),
            tool: tool.to_owned(),
            ticket: Some("T-1".to_owned()),
            proposal: Some(proposal.to_owned()).filter(|p| !p.is_empty()),
            outcome: "ok".to_owned(),
            micros,
            begun: None,
            held: 0,
            rated: None,
        }
    }

    #[test]
    fn a_tool_s_latency_and_its_errors() {
        let mut marks: Vec<Mark> =
            (1..=100).map(|n| mark(n, "maya", Action::Read, "get_ticket", "", n_u64(n))).collect();
        marks[9].outcome = "not_found".to_owned();
        marks.push(mark(200, "maya", Action::Refused, "send_reply", "", 0));
        let figures = Figures::of(&marks);
        let [reads, sends] = &figures.tools[..] else { panic!("{figures:?}") };
        assert_eq!((reads.calls, reads.errors, reads.p50, reads.p95, reads.p99), (100, 1, 50, 95, 99));
        assert_eq!((sends.calls, sends.errors, sends.p50), (1, 1, 0));
    }

    fn n_u64(n: i64) -> u64 {
        u64::try_from(n).unwrap()
    }

    #[test]
    fn an_edited_proposal_is_one_decision_and_not_an_approval_too() {
        let figures = Figures::of(&[
            mark(0, "bot", Action::Proposed, "send_reply", "p-1", 0),
            mark(10, "maya", Action::Approved, "send_reply", "p-1", 0),
            mark(20, "bot", Action::Proposed, "send_reply", "p-2", 0),
            mark(25, "maya", Action::Proposed, "send_reply", "p-3", 0),
            mark(50, "maya", Action::Edited, "send_reply", "p-2", 0),
            mark(55, "maya", Action::Approved, "send_reply", "p-3", 0),
            mark(60, "bot", Action::Proposed, "update_ticket", "p-4", 0),
            mark(61, "tom", Action::Denied, "update_ticket", "p-4", 0),
        ]);
        let maya = &figures.people[0];
        assert_eq!(
            (maya.name.as_str(), maya.approved, maya.edited, maya.denied, maya.seconds),
            ("maya", 1, 1, 0, Some(10))
        );
        assert_eq!((figures.people[1].name.as_str(), figures.people[1].denied), ("tom", 1));
        assert_eq!(figures.proposals.iter().map(Decided::all).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(figures.days.iter().map(|(_, approved, all)| (*approved, *all)).collect::<Vec<_>>(), [(1, 3)]);
    }

    #[test]
    fn the_time_in_the_outbox_is_not_time_to_decide() {
        let held = Mark { held: 10_000, ..mark(25, "maya", Action::Approved, "send_reply", "p-1", 0) };
        let figures = Figures::of(&[mark(0, "bot", Action::Proposed, "send_reply", "p-1", 0), held]);
        assert_eq!(figures.people[0].seconds, Some(15));
    }

    #[test]
    fn what_a_reply_began_as_is_counted_by_tone_and_by_how_much_of_it_was_sent() {
        let begun = |tone, kept, mark: Mark| Mark { begun: Some(Begun { tone, kept }), ..mark };
        let of = |second, action, proposal| mark(second, "maya", action, "send_reply", proposal, 0);
        let figures = Figures::of(&[
            begun(Tone::Polite, 100, of(1, Action::Approved, "p-1")),
            begun(Tone::Polite, 60, of(2, Action::Approved, "p-2")),
            begun(Tone::Polite, 100, of(3, Action::Edited, "p-3")),
            of(4, Action::Approved, "p-4"),
            begun(Tone::Concise, 90, of(5, Action::Denied, "p-5")),
        ]);
        let told = |one: &Decided| (one.name.clone(), one.approved, one.edited, one.denied, one.kept);
        let tones: Vec<_> = figures.tones.iter().map(told).collect();
        assert_eq!(tones, [("polite".to_owned(), 1, 2, 0, Some(80)), ("concise".to_owned(), 0, 0, 1, None)]);
        assert_eq!(told(&figures.people[0]), ("maya".to_owned(), 1, 2, 1, Some(80)));
    }

    #[test]
    fn nothing_comes_to_nothing() {
        assert_eq!(Figures::of(&[]), Figures::default());
    }
}
