//! A reply taken apart: greeting, sentences by paragraph, closing; with fields where names and the ticket stand.

use crate::assist::reply::naming::names;
use crate::assist::sentences;

/// Two texts with at least this much of their words in common say the same.
const SAME: f64 = 0.85;

/// A reply in parts, with `{{customer.first_name}}`-style fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Letter {
    pub(crate) greeting: String,
    pub(crate) paragraphs: Vec<Paragraph>,
    pub(crate) closing: String,
}

/// A paragraph as it stands, and its sentences.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Paragraph {
    pub(crate) text: String,
    pub(crate) sentences: Vec<Sentence>,
}

/// A sentence as it stands, and its words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sentence {
    pub(crate) text: String,
    pub(crate) words: Vec<String>,
}

impl Letter {
    /// Takes a reply on a ticket of these people apart.
    pub(crate) fn read(text: &str, people: &[String], ticket: &str) -> Self {
        let mut lines: Vec<&str> = text.lines().map(str::trim).collect();
        let ends = |lines: &mut Vec<&str>| {
            while lines.last().is_some_and(|line| line.is_empty()) {
                lines.pop();
            }
        };
        ends(&mut lines);
        let start = lines.iter().position(|line| !line.is_empty()).unwrap_or(0);
        lines.drain(..start);
        let greeting = if lines.len() > 1 && greets(lines[0]) { lines.remove(0) } else { "" };
        let (closing, signer) = take_closing(&mut lines);
        ends(&mut lines);
        let fill = |text: &str| fields(text, people, ticket, &signer);
        let paragraphs = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
        Self {
            greeting: fill(greeting),
            paragraphs: paragraphs.map(|lines| Paragraph::read(&fill(&lines.join("\n")))).collect(),
            closing: fill(&closing),
        }
    }

    /// Every sentence between greeting and closing.
    pub(crate) fn sentences(&self) -> impl Iterator<Item = &Sentence> {
        self.paragraphs.iter().flat_map(|paragraph| &paragraph.sentences)
    }

    /// Whether these words stand in one sentence of it, in a row.
    pub(crate) fn says(&self, words: &[String]) -> bool {
        !words.is_empty() && self.sentences().any(|s| s.words.windows(words.len()).any(|window| window == words))
    }
}

impl Paragraph {
    pub(crate) fn read(text: &str) -> Self {
        let sentences = text.lines().flat_map(sentences::split).map(|text| Sentence::read(text.trim()));
        Self { text: text.to_owned(), sentences: sentences.filter(|sentence| !sentence.words.is_empty()).collect() }
    }
}

impl Sentence {
    pub(crate) fn read(text: &str) -> Self {
        Self { text: text.to_owned(), words: placed(text).into_iter().map(|(word, _)| word).collect() }
    }

    pub(crate) fn bag(&self) -> Bag {
        Bag::of(&self.words)
    }
}

/// The words of a text, lower case and without the marks around them, each with where it stands, marks included.
pub(crate) fn placed(text: &str) -> Vec<(String, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    for piece in text.split(char::is_whitespace) {
        let word = piece.trim_matches(|c: char| !c.is_alphanumeric() && c != '{' && c != '}').to_lowercase();
        if !word.is_empty() {
            found.push((word, at..at + piece.len()));
        }
        let behind = at + piece.len();
        at = behind + text[behind..].chars().next().map_or(0, char::len_utf8);
    }
    found
}

/// Words in the order of the alphabet, to be compared with others many times.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bag(Vec<String>);

impl Bag {
    /// The words of a sentence or passage, whatever their order.
    pub(crate) fn of(words: &[String]) -> Self {
        let mut words = words.to_vec();
        words.sort_unstable();
        Self(words)
    }

    /// How many words.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How much of their words two have in common, 0 to 1.
    pub(crate) fn likeness(&self, other: &Self) -> f64 {
        let (a, b) = (&self.0, &other.0);
        let (mut i, mut j, mut common) = (0, 0, 0);
        while i < a.len() && j < b.len() {
            match a[i].cmp(&b[j]) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => (i, j, common) = (i + 1, j + 1, common + 1),
            }
        }
        ratio(2 * common, a.len() + b.len())
    }

    /// Whether two say nearly the same.
    pub(crate) fn same(&self, other: &Self) -> bool {
        let (short, long) = (self.len().min(other.len()), self.len().max(other.len()));
        // Far apart in length they cannot be: spares the count.
        ratio(2 * short, short + long) >= SAME && self.likeness(other) >= SAME
    }
}

/// Whether two texts say nearly the same.
pub(crate) fn alike(a: &str, b: &str) -> bool {
    Sentence::read(a).bag().same(&Sentence::read(b).bag())
}

/// A part of a whole.
pub(crate) fn ratio(part: usize, whole: usize) -> f64 {
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    count(part) / count(whole.max(1))
}

fn word_count(line: &str) -> usize {
    line.split_whitespace().count()
}

fn greets(line: &str) -> bool {
    let ends = line.ends_with([',', '!', ':', '，']) || line.ends_with(char::is_alphanumeric);
    (1..=6).contains(&word_count(line)) && ends && !line.contains(|c: char| c.is_ascii_digit())
}

/// Takes the closing words and the name under them off the end.
fn take_closing(lines: &mut Vec<&str>) -> (String, String) {
    let is_name = |line: &&str| (1..=4).contains(&word_count(line)) && !line.ends_with(['.', '!', '?', ',', ':', ';']);
    let closes = |line: &str| (1..=4).contains(&word_count(line)) && line.ends_with([',', '!']);
    for named in 1..=2 {
        let Some(at) = lines.len().checked_sub(named + 1) else { break };
        if closes(lines[at]) && lines[at + 1..].iter().all(is_name) {
            let taken = lines.split_off(at);
            return (taken[0].to_owned(), taken[1].to_owned());
        }
    }
    let Some(last) = lines.last().copied().filter(|_| lines.len() > 1) else { return Default::default() };
    if closes(last) {
        lines.pop();
        return (last.to_owned(), String::new());
    }
    match last.split_once(", ") {
        Some((words, name)) if word_count(words) <= 3 && word_count(name) <= 2 && is_name(&name) => {
            lines.pop();
            (format!("{words},"), name.to_owned())
        }
        None if word_count(last) <= 2 && is_name(&last) => {
            lines.pop();
            (String::new(), last.to_owned())
        }
        Some(_) | None => Default::default(),
    }
}

/// Puts fields where the customer, the ticket and whoever signs are named.
fn fields(text: &str, people: &[String], ticket: &str, signer: &str) -> String {
    let named: Vec<_> = people.iter().map(|shown| names(shown)).collect();
    let mut out = text.to_owned();
    for name in named.iter().filter(|name| name.full != name.first) {
        out = replaced(&out, &name.full, "{{customer.name}}");
    }
    for name in &named {
        out = replaced(&out, &name.first, "{{customer.first_name}}");
    }
    out = replaced(&out, ticket, "{{ticket.id}}");
    replaced(&out, signer, "{{agent.name}}")
}

/// Replaces `name` wherever it stands as a word of its own.
fn replaced(text: &str, name: &str, field: &str) -> String {
    if name.chars().count() < 2 {
        return text.to_owned();
    }
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for (at, _) in text.match_indices(name) {
        let end = at + name.len();
        let before = text[..at].chars().next_back();
        let after = text[end..].chars().next();
        // Inside a field put in earlier nothing is replaced: `{{customer.name}}` is a word of letters, too.
        let in_field = text[..at].rfind("{{").is_some_and(|open| !text[open..at].contains("}}"));
        let joined = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        if !joined(before) && !joined(after) && !in_field {
            out.push_str(&text[done..at]);
            out.push_str(field);
            done = end;
        }
    }
    out.push_str(&text[done..]);
    out
}
