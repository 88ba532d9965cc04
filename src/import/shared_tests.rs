//! The shared data sets, as far as they are there.

use std::path::{Path, PathBuf};

use super::*;
use crate::domain::intake::{NewCustomer, NewTicket};
use crate::domain::ticket::{Author, Visibility};
use crate::shared::shared;

fn map(name: &str) -> Map {
    Map::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/import").join(name)).unwrap()
}

fn read_with(path: &Path, map_name: &str) -> Reading {
    read(path, Some(&map(map_name)), Timestamp::UNIX_EPOCH).unwrap()
}

fn tickets(reading: &Reading) -> Vec<&NewTicket> {
    reading
        .rows
        .iter()
        .filter_map(|row| if let Intake::Ticket(ticket) = row { Some(ticket.as_ref()) } else { None })
        .collect()
}

#[test]
fn every_map_of_ours_is_a_map() {
    for name in ["star.toml", "tau2.toml", "banking77.toml", "mail-text.toml"] {
        let _ = map(name);
    }
}

#[test]
fn star_comes_in_whole() {
    let Some(path) = shared("data/star/star_support_single.jsonl") else { return };
    let reading = read_with(&path, "star.toml");
    assert_eq!((reading.rows.len(), reading.bad.len()), (1825, 0), "{:?}", reading.bad.first());
    let tickets = tickets(&reading);
    let first = tickets[0];
    assert_eq!(first.customer, NewCustomer::Contact { name: "Alexis".into(), email: String::new() });
    assert!(first.subject.starts_with("Hello, I'm really worried.") && first.subject.chars().count() <= 80);
    let greetings = tickets.iter().filter(|t| t.subject.split_whitespace().count() < 4).count();
    assert!(greetings <= 20, "{greetings} subjects say nothing");
    let note = first.messages.iter().find(|m| m.author == Author::System).unwrap();
    assert_eq!(note.visibility, Visibility::Internal);
    assert_eq!(note.body, "doctor_followup\nName: api.is_equal_to(\"Dr. Johnson\")\nPatientName: \"Alexis\"");
    let named = tickets
        .iter()
        .filter(|t| !matches!(&t.customer, NewCustomer::Contact { name, .. } if name.starts_with("STAR")))
        .count();
    println!("star: {} messages, {named} named customers", tickets.iter().map(|t| t.messages.len()).sum::<usize>());
}

#[test]
fn tau2_articles_have_valid_ids_of_their_own() {
    let Some(path) = shared("data/tau2-banking-kb/documents.jsonl") else { return };
    let reading = read_with(&path, "tau2.toml");
    assert_eq!((reading.rows.len(), reading.bad.len()), (698, 0), "{:?}", reading.bad.first());
    let id = |row: &Intake| if let Intake::Article(article) = row { article.id.to_string() } else { String::new() };
    let ids: std::collections::BTreeSet<String> = reading.rows.iter().map(id).collect();
    assert_eq!(ids.len(), 698);
}

#[test]
fn banking77_comes_in_through_its_map_and_is_refused_without() {
    let Some(path) = shared("data/banking77/train.csv") else { return };
    let reading = read_with(&path, "banking77.toml");
    assert_eq!((reading.rows.len(), reading.bad.len()), (10_003, 0), "{:?}", reading.bad.first());
    let error = read(&path, None, Timestamp::UNIX_EPOCH).unwrap_err().to_string();
    assert!(error.contains("text,category") && error.contains("map"), "{error}");
}

#[test]
fn no_mail_of_the_parsers_own_tests_is_lost() {
    let Some(path) = shared("data/mail/mail-parser-eml/resources") else { return };
    let reading = read(&path, None, Timestamp::UNIX_EPOCH).unwrap();
    let mails: usize = tickets(&reading).iter().map(|ticket| ticket.messages.len()).sum();
    println!(
        "eml: {} tickets of {mails} mails, bad {:#?}, skipped {:?}",
        reading.rows.len(),
        reading.bad,
        reading.skipped
    );
    let copies = reading.skipped.iter().filter_map(|s| s.split(' ').next()?.parse::<usize>().ok()).sum::<usize>();
    assert_eq!(mails + reading.bad.len() + copies, 107);
    assert!(reading.bad.len() <= 3, "{:?}", reading.bad);
}

#[test]
fn a_mail_cut_anywhere_is_read_or_refused() {
    let Some(path) = shared("data/mail/mail-parser-eml/resources") else { return };
    for file in source::files(&path).unwrap() {
        let bytes = std::fs::read(file).unwrap();
        for cut in 1..20 {
            let _ = mail::parse(&bytes[..bytes.len() * cut / 20], Timestamp::UNIX_EPOCH);
            let _ = mail::parse(&bytes[bytes.len() * cut / 20..], Timestamp::UNIX_EPOCH);
        }
    }
}

#[test]
fn plain_text_mails_come_in_through_their_map() {
    let Some(path) = shared("data/mail/email-reply-trimmer/test/emails") else { return };
    let reading = read_with(&path, "mail-text.toml");
    assert_eq!((reading.rows.len(), reading.bad.len()), (64, 0), "{:?}", reading.bad);
}

#[test]
fn naughty_strings_survive_as_subject_and_text() {
    let Some(folder) = shared("data/blns") else { return };
    let file = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|p: &PathBuf| p.extension().is_some_and(|e| e == "json"));
    let strings: Vec<String> = serde_json::from_slice(&std::fs::read(file.unwrap()).unwrap()).unwrap();
    for text in &strings {
        let row =
            serde_json::json!({"subject": text, "customer": text, "messages": [{"author": "customer", "body": text}]});
        let (reading, _) = tests::read_text("a.jsonl", &row.to_string());
        let tickets = tickets(&reading);
        assert_eq!(tickets[0].messages[0].body, *text, "{:?}", reading.bad);
        let hostile = serde_json::json!({"subject": "s", "status": text, "messages": []});
        let (reading, _) = tests::read_text("a.jsonl", &hostile.to_string());
        assert!(crate::domain::text::is_plain(&reading.bad[0].reason));
        let _ = html::text(text);
        let _ = mail::parse(text.as_bytes(), Timestamp::UNIX_EPOCH);
    }
}
