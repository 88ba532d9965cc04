//! Text from outside in a real pseudo-terminal: not one byte of it gets to command the terminal.

use std::path::PathBuf;
use std::time::Duration;

use countersign::domain::actor::Role;
use countersign::domain::intake::{Intake, NewCustomer};
use countersign::domain::text::{block, is_hostile, line};
use countersign::domain::ticket::{Attachment, Author, Message, Visibility};
use countersign::store::{Origin, Store};
use serde_json::Value;

use crate::house::{House, event, principal, ticket};
use crate::terminal::Terminal;

/// Hostile strings in one ticket.
const A_TICKET: usize = 40;
/// Characters of one that is planted; length is tried elsewhere.
const LONGEST: usize = 400;

fn shared(path: &str) -> Option<PathBuf> {
    let found = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    if !found.exists() {
        eprintln!("SKIPPED: {} is not there", found.display());
    }
    found.exists().then_some(found)
}

/// The strings of both corpora, as text: bytes that are no UTF-8 come in as replacement characters.
fn corpora() -> Vec<String> {
    let mut all = Vec::new();
    if let Some(path) = shared("hostile/terminal_hostile_dev.jsonl") {
        for row in std::fs::read_to_string(path).unwrap().lines() {
            let row: Value = serde_json::from_str(row).unwrap();
            all.push(String::from_utf8_lossy(&base64(row["b64"].as_str().unwrap())).into_owned());
        }
    }
    if let Some(path) = shared("blns/blns.json") {
        let strings: Vec<String> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        all.extend(strings);
    }
    all
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut out) = (0u32, 0, Vec::new());
    for digit in text.bytes().filter_map(|b| DIGITS.iter().position(|d| *d == b)) {
        bits = bits << 6 | u32::try_from(digit).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    out
}

#[test]
fn no_string_of_the_corpora_passes_the_escaper() {
    for text in corpora() {
        for shown in [block(&text), line(&text)] {
            let hostile = shown.chars().find(|c| is_hostile(*c) && *c != '\n');
            assert_eq!(hostile, None, "{text:?}");
        }
        assert!(!line(&text).contains('\n'));
    }
}

/// Collects what a terminal would do beside printing.
#[derive(Default)]
struct Commands {
    seen: Vec<String>,
}

impl vte::Perform for Commands {
    fn csi_dispatch(&mut self, params: &vte::Params, intermediates: &[u8], _: bool, action: char) {
        // What the program itself uses: cursor, colours, clearing, modes, cursor shape, the title put away and back.
        let title = action == 't' && matches!(params.iter().next(), Some([22 | 23]));
        if !title && !"HABCDGmJKhlXrqsu".contains(action) {
            self.seen.push(format!("CSI {intermediates:?} {action}"));
        }
    }

    fn osc_dispatch(&mut self, params: &[&[u8]], _: bool) {
        // The window's title, of our own words and a count: nothing from a ticket stands in it.
        let ours = |title: &[u8]| {
            let waiting = title.strip_prefix(b"countersign");
            waiting.is_some_and(|rest| {
                String::from_utf8_lossy(rest).chars().all(|c| " ·waits".contains(c) || c.is_ascii_digit())
            })
        };
        if !matches!(params, [b"2", title] if ours(title)) {
            self.seen.push(format!("OSC {:?}", params.iter().map(|p| String::from_utf8_lossy(p)).collect::<Vec<_>>()));
        }
    }

    fn hook(&mut self, _: &vte::Params, _: &[u8], _: bool, action: char) {
        self.seen.push(format!("DCS {action}"));
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _: bool, byte: u8) {
        // The end of a string, and the character sets that a terminal library resets.
        if byte != b'\\' && intermediates != b"(" {
            self.seen.push(format!("ESC {intermediates:?} {byte:#x}"));
        }
    }

    fn execute(&mut self, byte: u8) {
        if !matches!(byte, b'\r' | b'\n') {
            self.seen.push(format!("control {byte:#x}"));
        }
    }

    fn print(&mut self, c: char) {
        if is_hostile(c) {
            self.seen.push(format!("prints U+{:04X}", u32::from(c)));
        }
    }
}

/// A desk whose every field from outside holds a string of the corpora.
async fn plant(house: &House, strings: &[String]) -> usize {
    let mut rows = Vec::new();
    for (n, group) in strings.chunks(A_TICKET).enumerate() {
        let mut new = ticket(u32::try_from(n).unwrap() + 100);
        new.subject.clone_from(&group[0]);
        new.tags = vec![group[group.len() / 2].chars().take(40).collect()];
        let name = group[group.len() - 1].clone();
        new.customer = NewCustomer::Contact { name: name.clone(), email: format!("{n}{}", group[0]) };
        new.messages = group.iter().map(|text| planted(text, &name, new.created_at)).collect();
        rows.push(Intake::Ticket(Box::new(new)));
    }
    let tickets = rows.len();
    house.store.import(rows, Origin::File, event()).await.unwrap();
    tickets
}

fn planted(text: &str, name: &str, at: jiff::Timestamp) -> Message {
    let text: String = text.chars().take(LONGEST).collect();
    Message {
        at,
        author: Author::Customer,
        name: name.to_owned(),
        visibility: Visibility::Public,
        attachments: vec![Attachment { name: text.clone(), mime: text.clone(), size: 1 }],
        body: text,
    }
}

#[tokio::test]
async fn nothing_planted_in_a_ticket_commands_the_terminal() {
    let strings = corpora();
    if strings.is_empty() {
        return;
    }
    let house = House::new().await;
    house.store.save_person(&principal("maya", Role::Agent), "maya").await.unwrap();
    let tickets = plant(&house, &strings).await;
    let home = house.dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let mut terminal = Terminal::start(&home, 200, 50, &["--desk", house.path().to_str().unwrap()]);
    terminal.wait("T-100");
    for n in 0..tickets + 3 {
        terminal.keys("\r");
        terminal.settle(Duration::from_millis(60));
        for _ in 0..16 {
            terminal.keys("\u{4}");
            terminal.settle(Duration::from_millis(15));
        }
        terminal.keys("\u{1b}");
        terminal.settle(Duration::from_millis(60));
        terminal.keys(if n % 8 == 0 { "Lj\u{1b}j" } else { "j" });
        terminal.settle(Duration::from_millis(30));
    }
    let bytes = terminal.bytes();
    assert!(bytes.len() > tickets * 2_000, "the tickets were shown");
    let mut commands = Commands::default();
    vte::Parser::new().advance(&mut commands, &bytes);
    commands.seen.sort();
    commands.seen.dedup();
    assert!(commands.seen.is_empty(), "{:?}", commands.seen);
    assert!(String::from_utf8_lossy(&bytes).contains("<U+"), "marks were shown");
}
