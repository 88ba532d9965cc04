//! Erasing what the desk knows of a customer, so that the log still holds.
//!
//! # How it is decided
//!
//! - A record of the log is hashed without what was said. What was said lies in a body beside it, and the record holds a
//!   commitment to that body under sixteen random bytes, which lie with the body: once both are gone, nobody can guess
//!   what stood there, however few words it had. So a body can go, and the chain is what it was. (A record of a write
//!   also holds the digest of the call that was asked for, since others compare it: it is no text, but whoever guesses
//!   the whole call, to the letter, can see that they guessed right.)
//! - A body is erased whole or not at all, since a commitment cannot be changed: the record of a list that named this
//!   customer among others loses what it said of the others, too.
//! - The order is a record of the chain itself: who, when, how many, and by number which bodies are gone; no word of the
//!   customer but the id. A body that is gone and that no order names is a broken log.
//! - Tickets stay as husks (ids, times, priority, labels, assignee, closed), messages as the fact that somebody wrote
//!   something then, proposals as what was decided by whom: so figures hold. Every text of them is [`ERASED`].
//! - What waits for a decision is withdrawn in the same transaction, its receipts are void: nothing is carried out later.
//! - Words in other customers' threads go only where they are this customer's own: written under a name that nobody else
//!   here has, or moved there by a merge. What others wrote about the customer is theirs; it is listed, and left.

mod traces;

pub use traces::Traces;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::call::WriteCall;
use crate::domain::customer::Customer;
use crate::domain::ids::CustomerId;
use crate::domain::proposal::Why;

/// What stands in place of a text that was erased.
pub const ERASED: &str = "(erased)";
/// What is done to a customer's data, as the log calls it: handed out, looked at for what erasing takes, erased. Records
/// of it have the customer's id and counts, and no word.
pub const WORDLESS: [&str; 3] = ["export_customer", "customer_erasure", "erase_customer"];
/// The name of the numbers of the bodies that are gone, in what an order's record says.
const SEQS: &str = "seqs";

/// Whose data shall be erased, as somebody has said in so many words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant(CustomerId);

impl Meant {
    /// Takes what somebody typed: the customer's name, id or address, to the letter.
    #[must_use]
    pub fn by(customer: &Customer, typed: &str) -> Option<Self> {
        let Customer { id, name, email, .. } = customer;
        let typed = typed.trim();
        let is_meant = !typed.is_empty() && (typed == id.as_str() || typed == name.trim() || typed == email);
        is_meant.then(|| Self(id.clone()))
    }

    /// The customer.
    #[must_use]
    pub fn id(&self) -> &CustomerId {
        &self.0
    }
}

/// How much of a customer was erased, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tally {
    /// Tickets that are husks now.
    #[schemars(with = "i64")]
    pub tickets: u64,
    /// Messages of these tickets.
    #[schemars(with = "i64")]
    pub messages: u64,
    /// Messages of theirs in other customers' tickets.
    #[schemars(with = "i64")]
    pub messages_elsewhere: u64,
    /// Proposals about these tickets.
    #[schemars(with = "i64")]
    pub proposals: u64,
    /// Of these, proposals that waited, and are withdrawn.
    #[schemars(with = "i64")]
    pub withdrawn: u64,
    /// Drafts, and texts that were written ahead.
    #[schemars(with = "i64")]
    pub drafts: u64,
    /// Thumbs that name their text no more.
    #[schemars(with = "i64")]
    pub feedback: u64,
    /// Answers that were kept for a request that comes again.
    #[schemars(with = "i64")]
    pub answers: u64,
    /// Lessons that quoted them.
    #[schemars(with = "i64")]
    pub lessons: u64,
    /// Records of the log of which what was said is gone.
    #[schemars(with = "i64")]
    pub records: u64,
    /// Whether the customer's own record is a husk by this.
    pub customer: bool,
    /// Where others speak of the customer still: articles, canned replies, other customers' tickets and notes.
    pub left: Vec<String>,
}

/// What an order to erase came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Done {
    /// Whose data it was.
    pub customer_id: CustomerId,
    /// The orders' records in the log, by number: a second one where something came in while the first was under way;
    /// none where there was nothing to erase.
    #[schemars(with = "Vec<i64>")]
    pub orders: Vec<u64>,
    /// How much.
    #[serde(flatten)]
    pub tally: Tally,
}

impl Tally {
    /// Whether there was nothing to erase.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        let Self { tickets, messages, messages_elsewhere, proposals, drafts, feedback, answers, lessons, .. } = self;
        let texts = [tickets, messages, messages_elsewhere, proposals, drafts, feedback, answers, lessons];
        !self.customer && self.records == 0 && texts.into_iter().all(|count| *count == 0)
    }

    /// Both together: what came in while the first was under way was erased by the second.
    #[must_use]
    pub fn and(self, later: &Self) -> Self {
        Self {
            tickets: self.tickets + later.tickets,
            messages: self.messages + later.messages,
            messages_elsewhere: self.messages_elsewhere + later.messages_elsewhere,
            proposals: self.proposals + later.proposals,
            withdrawn: self.withdrawn + later.withdrawn,
            drafts: self.drafts + later.drafts,
            feedback: self.feedback + later.feedback,
            answers: self.answers + later.answers,
            lessons: self.lessons + later.lessons,
            records: self.records + later.records,
            customer: self.customer || later.customer,
            left: self.left,
        }
    }

    /// What the order's record says of it, with the numbers of the bodies that are gone.
    #[must_use]
    pub fn ordered(&self, seqs: &[u64]) -> Value {
        let mut said = json!(self);
        said[SEQS] = ranges(seqs).into();
        said
    }
}

/// The numbers that an order's record names, as ranges from and to.
#[must_use]
pub fn named(result: &Value) -> Vec<(u64, u64)> {
    let text = result.get(SEQS).and_then(Value::as_str).unwrap_or_default();
    let ends = |part: &str| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        Some((from.parse().ok()?, to.parse().ok()?))
    };
    text.split(',').filter_map(ends).collect()
}

/// Numbers that grow, as ranges: `3-7,9`.
fn ranges(seqs: &[u64]) -> String {
    let each =
        runs(seqs).into_iter().map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") });
    each.collect::<Vec<_>>().join(",")
}

/// Numbers that grow, as pairs of the first and the last of those that stand together.
#[must_use]
pub fn runs(seqs: &[u64]) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for seq in seqs {
        match runs.last_mut() {
            Some((_, to)) if *to + 1 == *seq => *to = *seq,
            Some(_) | None => runs.push((*seq, *seq)),
        }
    }
    runs
}

/// The same call without a word that somebody wrote.
#[must_use]
pub fn without_words(mut call: WriteCall) -> WriteCall {
    match &mut call {
        WriteCall::UpdateTicket(update) => update.update.tags = update.update.tags.as_ref().map(|_| Vec::new()),
        WriteCall::SendReply(reply) => {
            ERASED.clone_into(&mut reply.body);
            reply.update.tags = reply.update.tags.as_ref().map(|_| Vec::new());
        }
        WriteCall::MergeTickets(_) => {}
        WriteCall::SplitMessage(split) => ERASED.clone_into(&mut split.subject),
    }
    call
}

/// The same reason without a word: how sure somebody was stays, and how many statements nothing supported.
#[must_use]
pub fn without_reasons(why: Why) -> Why {
    let Why { text, confidence, calibrated, unsupported, begun, first_on } = why;
    let blank = |text: String| if text.is_empty() { text } else { ERASED.to_owned() };
    let unsupported = unsupported.into_iter().map(blank).collect();
    Why { text: blank(text), confidence, calibrated, unsupported, begun, first_on }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_ranges_and_read_back() {
        for (seqs, text) in [(vec![], ""), (vec![4], "4"), (vec![3, 4, 5, 9], "3-5,9"), (vec![1, 3, 4], "1,3-4")] {
            assert_eq!(ranges(&seqs), text);
            assert_eq!(named(&Tally::default().ordered(&seqs)), runs(&seqs), "{text}");
        }
    }

    #[test]
    fn a_call_keeps_what_figures_need_and_no_text() {
        let reply = json!({"ticket_id": "T-1", "body": "Dear Ana", "visibility": "public",
            "update": {"status": "resolved", "tags": ["ana"]}, "expected_version": 3});
        let call = without_words(WriteCall::read("send_reply", reply).unwrap());
        assert_eq!(
            call.arguments(),
            json!({"ticket_id": "T-1", "body": ERASED, "visibility": "public",
                "update": {"status": "resolved", "tags": []}, "expected_version": 3})
        );
        let why =
            Why { text: "Ana asked".into(), confidence: Some(0.7), unsupported: vec!["Ana".into()], ..Why::default() };
        let why = without_reasons(why);
        assert_eq!((why.text.as_str(), why.confidence, why.unsupported.len()), (ERASED, Some(0.7), 1));
        assert_eq!(without_reasons(Why::default()).text, "");
    }

    #[test]
    fn only_who_names_the_customer_means_them() {
        let customer: Customer =
            serde_json::from_value(json!({"id": "C-7", "name": "Ana Silva", "email": "ana@example.pt"})).unwrap();
        for typed in ["C-7", " Ana Silva ", "ana@example.pt"] {
            assert_eq!(Meant::by(&customer, typed).unwrap().id().as_str(), "C-7");
        }
        for typed in ["", "yes", "ana silva", "C-70", "Ana"] {
            assert_eq!(Meant::by(&customer, typed), None, "{typed:?}");
        }
        assert_eq!(Meant::by(&Customer { email: String::new(), ..customer }, ""), None);
    }
}
