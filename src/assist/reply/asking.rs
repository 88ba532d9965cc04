//! What the customer asks: their own words without quotations, and what makes them hard to answer.

use std::collections::BTreeSet;

use crate::assist::claims::terms::terms;
use crate::assist::reply::passage::sentences;
use crate::assist::reply::suspicion::is_suspicious;
use crate::domain::ticket::{Author, Message, Ticket, Visibility};

/// A customer's question, read from the thread.
#[expect(clippy::struct_excessive_bools, reason = "independent observations, not a state")]
pub(crate) struct Question {
    /// Stems of the telling words in the subject and in the customer's own words that nobody has answered yet.
    pub(crate) terms: BTreeSet<String>,
    /// A number that the customer named, with what it names.
    pub(crate) reference: Option<Reference>,
    pub(crate) requests: usize,
    pub(crate) angry: bool,
    /// Fire, electricity, illness: nothing that a quotation should settle alone.
    pub(crate) danger: bool,
    pub(crate) foreign: Option<String>,
    pub(crate) answered: bool,
    pub(crate) suspicious: bool,
    pub(crate) attachments: usize,
}

/// A number out of the customer's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// `order`, `invoice` or `reference`.
    pub(crate) what: &'static str,
    pub(crate) id: String,
}

impl Question {
    /// Reads a ticket.
    pub(crate) fn of(ticket: &Ticket) -> Self {
        let public: Vec<&Message> = ticket.thread.iter().filter(|m| m.visibility == Visibility::Public).collect();
        let last_answer = public.iter().rposition(|m| m.author == Author::Agent);
        let from = last_answer.map_or(0, |i| i + 1);
        let customers = |from: usize| public.iter().skip(from).filter(|m| m.author == Author::Customer);
        let words = |from: usize| customers(from).map(|m| own_words(&m.body)).collect::<Vec<_>>().join("\n");
        let (all, open) = (words(0), words(from));
        let open = if terms(&open).len() < 4 { all.clone() } else { open };
        let subject = if is_suspicious(&ticket.row.subject) { "" } else { ticket.row.subject.as_str() };
        let suspicious = is_suspicious(&ticket.row.subject) || customers(0).any(|m| is_suspicious(&m.body));
        let text = format!("{subject}\n{open}");
        let reference = reference(&format!("{subject}\n{all}"));
        // The number itself, and what it is called, ask for nothing.
        let named = reference.as_ref().map_or_else(BTreeSet::new, |r| terms(&format!("{} {}", r.what, r.id)));
        let terms = terms(&text).difference(&named).cloned().collect();
        Self {
            terms,
            reference,
            requests: requests(&open),
            angry: is_angry(&text),
            danger: is_danger(&text),
            foreign: foreign(&open),
            answered: last_answer.is_some(),
            suspicious,
            attachments: customers(from).map(|m| m.attachments.len()).sum(),
        }
    }
}

/// A mail's own text: no quotations, no header of a forwarded mail, no line that speaks to an assistant.
fn own_words(body: &str) -> String {
    let kept = body.lines().take_while(|l| !starts_quotation(l)).filter(|l| !l.trim_start().starts_with('>'));
    kept.filter(|l| !is_suspicious(l)).collect::<Vec<_>>().join("\n")
}

fn starts_quotation(line: &str) -> bool {
    let line = line.trim();
    let wrote = ["wrote:", "schrieb:", "écrit :", "escribió:", "ha scritto:", "schreef:"];
    line.starts_with("-----Original")
        || line.starts_with("---------- Forwarded")
        || wrote.iter().any(|w| line.ends_with(w))
}

/// Questions and numbered points, whichever are more.
fn requests(text: &str) -> usize {
    let asked = sentences(text).iter().filter(|s| s.ends_with('?') || s.ends_with('？')).count();
    let numbered = text.lines().filter(|l| is_numbered(l.trim_start())).count();
    asked.max(numbered).max(1)
}

fn is_numbered(line: &str) -> bool {
    let head: String = line.chars().take_while(char::is_ascii_digit).collect();
    let mark = line.chars().nth(head.len());
    (1..=2).contains(&head.len()) && mark.is_some_and(|c| ".)".contains(c))
}

fn is_angry(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "ridiculous",
        "unacceptable",
        "angry",
        "furious",
        "disgrace",
        "fed up",
        "scam",
        "lawyer",
        "solicitor",
        "worst",
        "useless",
        "disgusting",
        "appalling",
        "a joke",
        "in court",
        "small claims",
        "complaint",
        "third time",
        "rip-off",
        "terrible",
        "incompetent",
        "trading standards",
        "chargeback",
        "unverschämt",
        "mahnung",
        "klage",
        "fristsetzung",
        "frechheit",
        "inacceptable",
        "scandaleux",
        "vergüenza",
        "inaccettabile",
        "schandalig",
    ];
    let lower = text.to_lowercase();
    let shouted = text.split_whitespace().filter(|w| w.chars().filter(|c| c.is_uppercase()).count() >= 4);
    let loud = shouted.filter(|w| w.chars().all(|c| !c.is_lowercase() && !c.is_ascii_digit() && c != '-')).count();
    WORDS.iter().any(|w| lower.contains(w)) || text.contains("!!") || loud >= 3
}

fn is_danger(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "smoke",
        "burning",
        "burnt",
        "on fire",
        "electric shock",
        "tingl",
        "electrocut",
        "shock",
        "allerg",
        "anaphyla",
        "poison",
        "injur",
        "hospital",
        "gas leak",
        "explod",
        "verbrannt",
        "rauch",
        "fumée",
        "choc électrique",
    ];
    let lower = text.to_lowercase();
    WORDS.iter().any(|w| lower.contains(w))
}

/// The language when it is not English; short Latin text tells too little.
pub(crate) fn foreign(text: &str) -> Option<String> {
    let found = whatlang::detect(text)?;
    let latin = found.script() == whatlang::Script::Latin;
    let long = text.chars().filter(|c| c.is_alphabetic()).count() >= 40;
    let sure = !latin || (long && found.is_reliable());
    (sure && found.lang() != whatlang::Lang::Eng).then(|| found.lang().eng_name().to_owned())
}

/// The one order number that the customer names, or else the one invoice or other number.
fn reference(text: &str) -> Option<Reference> {
    let found = references(text);
    ["order", "reference", "invoice"].iter().find_map(|what| {
        let mut of_kind = found.iter().filter(|r| r.what == *what);
        let first = of_kind.next()?;
        of_kind.all(|r| r.id == first.id).then(|| first.clone())
    })
}

fn references(text: &str) -> Vec<Reference> {
    let mut out = Vec::new();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut start = None;
    for (i, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, is_part(c)) {
            (None, true) => start = Some(i),
            (Some(from), false) => {
                out.extend(text.get(from..i).and_then(|id| named(id, text.get(..from).unwrap_or_default())));
                start = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    out
}

/// A number of at least five digits after capital letters, and what the words before it call it.
fn named(raw: &str, before: &str) -> Option<Reference> {
    let id = raw.trim_matches('-');
    let letters = id.chars().take_while(char::is_ascii_uppercase).count();
    let digits = id.chars().filter(char::is_ascii_digit).count();
    let ours =
        (1..=6).contains(&letters) && digits >= 5 && id.len() <= 24 && !id.chars().any(|c| c.is_ascii_lowercase());
    let head: String = before.lines().next_back().unwrap_or_default().chars().rev().take(24).collect();
    let head: String = head.chars().rev().flat_map(char::to_lowercase).collect();
    let says = |words: &[&str]| words.iter().any(|w| head.contains(w));
    let what = if says(&["invoice", "rechnung", "facture", "factura", "fattura"]) || id.starts_with("INV") {
        "invoice"
    } else if says(&[
        "order", "bestell", "commande", "pedido", "ordine", "objedn", "zamów", "订单", "訂單", "注文", "주문",
    ]) {
        "order"
    } else {
        "reference"
    };
    ours.then(|| Reference { what, id: id.to_owned() })
}
