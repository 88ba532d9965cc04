//! A text in other words by a model: what it is told, and what is made of its answer.

use std::fmt::Write as _;

use crate::assist::claims::unsupported;
use crate::assist::grounds;
use crate::assist::model::brief::{self, Source};
use crate::assist::model::draft::{unwrapped, with_deeds, with_statements};
use crate::assist::reply;
use crate::domain::draft::{Maker, Unsupported};
use crate::domain::rewrite::{Rewrite, Rewritten, Way};
use crate::domain::ticket::Ticket;

/// What the model is given: the text, what to do with it, and the sources only where it may add something.
#[must_use]
pub fn brief(asked: &Rewrite, ticket: &Ticket, sources: &[Source]) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "What to do: {}", task(asked, ticket));
    if asked.way == Way::Longer {
        brief::number(&mut out, sources);
    }
    out.push_str("\nText:\n");
    brief::data(&mut out, &asked.text);
    out
}

fn task(asked: &Rewrite, ticket: &Ticket) -> String {
    match asked.way {
        Way::Shorter => {
            "make it shorter, about two thirds as long; leave out what the reader can do without".to_owned()
        }
        Way::Longer => "make it a little longer with what the sources say besides about the same matter".to_owned(),
        Way::Friendlier => {
            "make it friendlier and warmer, without more promises or apologies than there are".to_owned()
        }
        Way::Plainer => "say it in plain words and short sentences; explain or avoid technical terms".to_owned(),
        Way::Spelling => "correct spelling, grammar and punctuation, and change nothing else".to_owned(),
        Way::Translate => format!("translate it into {}", language(asked, ticket)),
    }
}

/// The language that a translation goes into: the asked one, or the customer's.
#[must_use]
pub fn language(asked: &Rewrite, ticket: &Ticket) -> String {
    let asked = asked.language.as_deref().map(str::trim).filter(|language| !language.is_empty());
    asked.map(str::to_owned).or_else(|| reply::language(ticket)).unwrap_or_else(|| "English".to_owned())
}

/// The text out of what a model wrote, looked through for what nothing supports; an error in words when it is none.
///
/// # Errors
/// When nothing was written.
pub fn read(
    asked: &Rewrite,
    ticket: &Ticket,
    sources: &[Source],
    written: &str,
    maker: Maker,
) -> Result<Rewritten, String> {
    let text = without_foreign_marks(&unmarked(&unwrapped(written)), sources.len());
    if text.trim().is_empty() {
        return Err("the model wrote nothing".to_owned());
    }
    let mut told = reply::thread_sources(ticket);
    told.extend(sources.iter().flat_map(|source| [source.title.clone(), source.text.clone()]));
    let marks = unsupported(&text, &told.iter().map(String::as_str).collect::<Vec<_>>());
    // In another language than the sources only figures, dates, addresses and promises can be compared.
    let unsupported = if asked.way == Way::Translate { marks } else { with_grounds(&text, marks, ticket, sources) };
    Ok(Rewritten { text, unsupported, maker })
}

fn with_grounds(text: &str, marks: Vec<Unsupported>, ticket: &Ticket, sources: &[Source]) -> Vec<Unsupported> {
    let said: Vec<String> = sources.iter().map(|source| format!("{} {}", source.title, source.text)).collect();
    let grounds = grounds::of(text, &said, ticket);
    with_statements(text, with_deeds(text, marks, ticket), &grounds)
}

/// The text without the marks before its lines, where the model has copied them.
fn unmarked(text: &str) -> String {
    let is_marked = |line: &&str| line.is_empty() || line.starts_with("| ") || *line == "|";
    if !text.lines().all(|line| is_marked(&line)) {
        return text.to_owned();
    }
    let bare =
        |line: &str| line.strip_prefix('|').map_or(line, |rest| rest.strip_prefix(' ').unwrap_or(rest)).to_owned();
    text.lines().map(bare).collect::<Vec<_>>().join("\n")
}

/// The text without marks that no source stands behind; the others keep their numbers.
fn without_foreign_marks(text: &str, sources: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('[') {
        out.push_str(before);
        let mark = from.split_once(']').and_then(|(n, after)| Some((n.parse::<usize>().ok()?, after)));
        if let Some((_, after)) = mark.filter(|(n, _)| !(1..=sources).contains(n)) {
            out.truncate(out.trim_end_matches(' ').len());
            rest = after;
        } else {
            out.push('[');
            rest = from;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket() -> Ticket {
        serde_json::from_value(serde_json::json!({
            "id": "T-1", "subject": "Two charges", "status": "open", "priority": "normal", "tags": [],
            "assignee": null, "customer_id": "C-1", "customer_name": "Ines Duarte", "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z", "due_at": null, "messages": 1, "version": 7, "sample": true,
            "thread": [{"at": "2026-01-01T00:00:00Z", "author": "customer", "name": "Ines", "visibility": "public",
                        "body": "My card shows two charges of 49.00."}],
        }))
        .unwrap()
    }

    fn source() -> Source {
        let text = "A hold ends by itself within 5 working days.".to_owned();
        Source { id: "KB-31".to_owned(), title: "Authorisation holds".to_owned(), text }
    }

    fn asked(way: Way) -> Rewrite {
        let text = "The second 49.00 is a hold [1].".to_owned();
        Rewrite { ticket_id: "T-1".parse().unwrap(), text, way, language: None, sources: vec!["KB-31".to_owned()] }
    }

    fn read_as(way: Way, written: &str) -> Rewritten {
        read(&asked(way), &ticket(), &[source()], written, Maker::default()).unwrap()
    }

    #[test]
    fn a_model_is_told_the_text_and_sources_only_where_it_may_add_something() {
        let short = brief(&asked(Way::Shorter), &ticket(), &[source()]);
        assert!(short.contains("| The second 49.00 is a hold [1].") && !short.contains("working days"), "{short}");
        assert!(brief(&asked(Way::Longer), &ticket(), &[source()]).contains("Source [1]: Authorisation holds"));
        let french = Rewrite { language: Some("French".to_owned()), ..asked(Way::Translate) };
        assert!(brief(&french, &ticket(), &[]).contains("translate it into French"));
        assert!(brief(&asked(Way::Translate), &ticket(), &[]).contains("translate it into English"));
    }

    #[test]
    fn a_fence_copied_marks_and_marks_without_a_source_are_taken_off() {
        for (written, expect) in [
            ("```\nIt is a hold [1].\n```", "It is a hold [1]."),
            ("| It is a hold [1].\n|\n| Bye", "It is a hold [1].\n\nBye"),
            ("It is a hold [2]. Really [x].", "It is a hold. Really [x]."),
        ] {
            assert_eq!(read_as(Way::Plainer, written).text, expect, "{written}");
        }
        assert!(read(&asked(Way::Plainer), &ticket(), &[], " \n", Maker::default()).is_err());
    }

    #[test]
    fn what_the_model_makes_up_is_marked_again() {
        let kept = read_as(Way::Friendlier, "Good news: the second 49.00 is only a hold that ends by itself [1].");
        assert_eq!(kept.unsupported, []);
        let made_up = read_as(Way::Friendlier, "The second 49.00 is a hold [1]. You get 20.00 back on Friday.");
        let marked: Vec<&str> = made_up.unsupported.iter().map(|mark| mark.text.as_str()).collect();
        assert!(marked.iter().any(|text| text.contains("20.00")), "{marked:?}");
        let french = read_as(Way::Translate, "Le second montant de 59,00 est une réservation [1].");
        assert!(french.unsupported.iter().any(|mark| mark.text.contains("59,00")), "{:?}", french.unsupported);
    }
}
