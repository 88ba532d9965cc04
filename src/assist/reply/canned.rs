//! Canned replies that can be used as they are: every field known, nothing stated as done, the title on the point.

use std::collections::BTreeSet;

use crate::assist::claims::terms::terms;
use crate::assist::claims::{states_done, unsupported};
use crate::assist::reply::suspicion::is_suspicious;
use crate::domain::article::CannedReply;

/// What fills the fields.
pub(crate) struct Fields<'a> {
    pub(crate) first_name: &'a str,
    pub(crate) ticket: &'a str,
    pub(crate) agent: &'a str,
}

impl<'a> Fields<'a> {
    /// What stands for a field; none when there is no such field.
    fn value(&self, name: &str) -> Option<&'a str> {
        match name.trim() {
            "customer.first_name" => Some(self.first_name),
            "ticket.id" => Some(self.ticket),
            "agent.name" => Some(self.agent),
            _ => None,
        }
    }
}

/// A canned reply with its fields filled.
pub(crate) struct Filled<'a> {
    pub(crate) reply: &'a CannedReply,
    /// The whole text.
    pub(crate) text: String,
    /// The text without greeting and signature.
    pub(crate) middle: String,
    /// Share of the title that the question has, 0 to 1.
    fit: f64,
    /// Share of the question's words that the text and its title have, 0 to 1: what a search would score it.
    pub(crate) score: f64,
}

/// Words with which a reply tells what has happened to somebody's order, money or account.
const NEWS: [&str; 8] = [
    " has left ",
    " has been ",
    " have been ",
    " has arrived ",
    " is on its way ",
    " was sent ",
    " is done ",
    " are done ",
];

/// The share of a question that a canned reply must take up: a title alone says too little.
const LEAST_SCORE: f64 = 0.3;

/// The canned reply that clearly fits, if one does; of equals the first.
pub(crate) fn choose<'a>(
    canned: &'a [CannedReply],
    asked: &BTreeSet<String>,
    fields: &Fields<'_>,
    grounds: &[String],
) -> Option<Filled<'a>> {
    let mut best: Option<Filled<'a>> = None;
    for reply in canned {
        let fit = fit(reply, asked);
        if fit >= 0.65 && best.as_ref().is_none_or(|b| fit > b.fit) {
            best = usable(reply, fields, asked, fit).filter(|filled| is_grounded(filled, grounds)).or(best);
        }
    }
    best
}

/// How much of the title the question has; one word in common is no fit.
fn fit(reply: &CannedReply, asked: &BTreeSet<String>) -> f64 {
    let title = terms(&reply.title);
    let common = title.intersection(asked).count();
    if common < 2 { 0.0 } else { ratio(common, title.len()) }
}

fn ratio(part: usize, whole: usize) -> f64 {
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    count(part) / count(whole.max(1))
}

/// A canned reply is wording and no evidence: whatever it states must stand in the thread or in an article.
fn is_grounded(filled: &Filled<'_>, grounds: &[String]) -> bool {
    let grounds: Vec<&str> = grounds.iter().map(String::as_str).collect();
    unsupported(&filled.middle, &grounds).is_empty() && !opens_with_news(&filled.middle)
}

/// `Your refund has left us` is news about this customer, which no article can know.
fn opens_with_news(middle: &str) -> bool {
    let padded = format!(" {} ", middle.to_lowercase().replace(['\n', '.', ',', '’'], " "));
    NEWS.iter().any(|news| padded.contains(news))
}

/// A reply that says `I have refunded` would be a lie until somebody has.
fn usable<'a>(reply: &'a CannedReply, fields: &Fields<'_>, asked: &BTreeSet<String>, fit: f64) -> Option<Filled<'a>> {
    let text = honest(reply, fields)?;
    let middle = middle(&text, fields.agent);
    let mut words = terms(&middle);
    words.extend(terms(&reply.title));
    let score = ratio(words.intersection(asked).count(), asked.len());
    (!middle.is_empty() && score >= LEAST_SCORE).then_some(Filled { reply, text, middle, fit, score })
}

/// The whole text, filled; none when it tells of something done, or a field has no value.
pub(crate) fn honest(reply: &CannedReply, fields: &Fields<'_>) -> Option<String> {
    fill(&reply.body, fields).filter(|text| !states_done(text) && !is_suspicious(text))
}

/// The text with its fields filled; none when a field is not known or has no value.
pub(crate) fn fill(body: &str, fields: &Fields<'_>) -> Option<String> {
    let mut out = String::new();
    let mut rest = body;
    while let Some((before, tail)) = rest.split_once("{{") {
        let (name, after) = tail.split_once("}}")?;
        let value = fields.value(name)?;
        // Without a name the comma of the greeting stands alone, and the greeting is replaced anyway.
        out.push_str(before);
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// The text with every field filled that has a value, and the other fields, which stay as they stand.
pub(crate) fn fill_known(body: &str, fields: &Fields<'_>) -> (String, Vec<String>) {
    let (mut out, mut open) = (String::new(), Vec::new());
    let mut rest = body;
    while let Some((before, tail)) = rest.split_once("{{")
        && let Some((name, after)) = tail.split_once("}}")
    {
        out.push_str(before);
        if let Some(value) = fields.value(name).filter(|value| !value.is_empty()) {
            out.push_str(value);
        } else {
            let field = format!("{{{{{name}}}}}");
            out.push_str(&field);
            open.push(field);
        }
        rest = after;
    }
    out.push_str(rest);
    let mut named = BTreeSet::new();
    open.retain(|field| named.insert(field.clone()));
    (out, open)
}

/// Everything between the greeting, which ends with a comma, and the signature, which ends with the agent's name.
fn middle(text: &str, agent: &str) -> String {
    let mut paragraphs: Vec<&str> = text.split("\n\n").map(str::trim).filter(|p| !p.is_empty()).collect();
    if paragraphs.first().is_some_and(|p| p.ends_with(',') && p.lines().count() == 1) {
        paragraphs.remove(0);
    }
    let signed = |p: &&str| !agent.is_empty() && p.ends_with(agent) && p.lines().count() <= 3;
    if paragraphs.last().is_some_and(signed) {
        paragraphs.pop();
    }
    paragraphs.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(body: &str, grounds: &[String]) -> bool {
        let canned =
            CannedReply { id: "M-1".parse().unwrap(), title: "Refund charge".into(), body: body.into(), tags: vec![] };
        let asked = terms("please refund one charge");
        let fields = Fields { first_name: "Ines", ticket: "T-1", agent: "Maya" };
        choose(&[canned], &asked, &fields, grounds).is_some()
    }

    #[test]
    fn a_field_without_a_value_stays_and_is_named() {
        let fields = Fields { first_name: "", ticket: "T-1", agent: "Maya" };
        let body = "Hello {{customer.first_name}}, {{ ticket.id }} {{order.id}} {{order.id}} {{agent.name}} {{half";
        let (text, open) = fill_known(body, &fields);
        assert_eq!(text, "Hello {{customer.first_name}}, T-1 {{order.id}} {{order.id}} Maya {{half");
        assert_eq!(open, ["{{customer.first_name}}", "{{order.id}}"]);
    }

    #[test]
    fn a_canned_reply_is_wording_and_no_evidence() {
        let ground = ["A refund of a charge takes 5 working days.".to_owned()];
        assert!(chosen("A refund of a charge takes 5 working days.", &ground));
        assert!(!chosen("A refund of a charge takes 3 working days.", &ground), "no article says 3");
        assert!(!chosen("Your refund of the charge has left us today.", &ground), "news that nobody knows");
        assert!(!chosen("The refund of your charge has been sent.", &ground));
    }
}
