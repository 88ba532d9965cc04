//! The vocabulary of promising: who speaks, which verbs bind a desk, and which words only help.

use crate::assist::claims::clauses::Sentence;
use crate::assist::claims::terms::stem;

/// Words that mean the desk.
pub(crate) const SPEAKERS: &[&str] = &["i", "we"];
/// Contractions of `am` and `are`.
pub(crate) const BEING: &[&str] = &["i'm", "we're"];
/// Contractions of `have`.
pub(crate) const HAVING: &[&str] = &["i've", "we've"];
/// Words that a mark includes when they stand right before the commitment.
pub(crate) const SUBJECTS: &[&str] =
    &["i", "we", "you", "it", "they", "order", "refund", "parcel", "money", "colleague"];
/// Words between an auxiliary and its verb.
pub(crate) const SKIPPED: &[&str] = &[
    "be",
    "been",
    "also",
    "then",
    "just",
    "now",
    "already",
    "always",
    "gladly",
    "certainly",
    "definitely",
    "personally",
    "immediately",
    "able",
    "to",
    "not",
    "never",
    "have",
    "still",
    "soon",
    "simply",
    "happily",
    "happy",
    "glad",
    "pleased",
    "do",
    "don't",
    "did",
    "didn't",
    "can",
    "can't",
    "cannot",
    "could",
    "would",
    "of",
    "course",
    "me",
    "us",
    "fully",
    "usually",
    "normally",
    "both",
    "only",
    "even",
    "today",
    "so",
    "won't",
    "will",
    "automatically",
    "promptly",
];
/// Phrases that bind without a verb.
pub(crate) const PHRASES: &[&str] = &[
    "guarantee",
    "guaranteed",
    "guarantees",
    "promise",
    "promised",
    "rest assured",
    "free of charge",
    "at no cost",
    "for free",
    "full refund",
    "no later than",
    "on us",
    "without fail",
    "money back",
];
/// Verbs that a desk does for somebody; stems.
const BINDING: &[&str] = &[
    "refund", "replac", "resend", "reship", "send", "ship", "deliv", "deliver", "cancel", "waiv", "credit", "compens",
    "repair", "pay", "reimburs", "extend", "upgrad", "delet", "close", "reopen", "unlock", "call", "contact", "repli",
    "write", "guarante", "promis", "escal", "confirm", "releas", "open", "arrang", "book", "issu", "exchang",
    "process", "return", "restor", "approv", "grant", "offer", "remov", "transfer", "merg", "correct", "fix", "paus",
    "stop", "forward", "email", "attach", "dispatch", "resolv", "give", "cover", "keep", "collect", "lend", "deduct",
];
/// Verbs that bind to nothing; stems.
const NEUTRAL: &[&str] = &[
    "look",
    "check",
    "read",
    "ask",
    "help",
    "need",
    "find",
    "love",
    "hope",
    "like",
    "thank",
    "understand",
    "know",
    "wonder",
    "mean",
    "think",
    "apolog",
    "apologis",
    "see",
    "want",
    "depend",
];
/// Beginnings of words that commit in other languages.
const FOREIGN: &[&str] = &[
    "erstatt",
    "garantier",
    "versprech",
    "zugesicher",
    "rembours",
    "garanti",
    "promett",
    "reembols",
    "rimbors",
    "garantiz",
    "terugbetal",
    "garandeer",
    "ersetz",
];
/// The same for scripts without blanks, as their characters.
const CHARACTERS: &[&str] = &["退款", "退费", "退錢", "保证", "保證", "赔偿", "返金", "保証", "환불", "보장"];
const IRREGULAR: &[(&str, &str)] = &[
    ("sent", "send"),
    ("paid", "pay"),
    ("gave", "give"),
    ("given", "give"),
    ("got", "receive"),
    ("get", "receive"),
    ("gets", "receive"),
    ("wrote", "write"),
    ("written", "write"),
    ("told", "tell"),
    ("made", "make"),
    ("kept", "keep"),
    ("lent", "lend"),
    ("put", "put"),
    ("taken", "take"),
    ("took", "take"),
    ("done", "do"),
    ("resent", "resend"),
    ("found", "find"),
    ("sold", "sell"),
    ("left", "leave"),
    ("gone", "go"),
    ("spoken", "speak"),
    ("canceled", "cancel"),
    ("sending", "send"),
];

/// The stem of a verb, irregular forms included.
pub(crate) fn stem_of(word: &str) -> String {
    let regular = IRREGULAR.iter().find(|(form, _)| *form == word).map_or(word, |(_, verb)| verb);
    stem(regular)
}

/// Whether two stems are of one word: `deliver` and `delivery`, `pay` and `payment`.
pub(crate) fn akin(a: &str, b: &str) -> bool {
    let grows = |short: &str, long: &str| {
        short.len() >= 3 && long.strip_prefix(short).is_some_and(|tail| ["i", "y", "ment", "al"].contains(&tail))
    };
    a == b || grows(a, b) || grows(b, a)
}

/// Whether a verb binds a desk that says it of itself.
pub(crate) fn commits(word: &str) -> bool {
    BINDING.contains(&stem_of(word).as_str())
}

/// Whether a verb binds to nothing.
pub(crate) fn is_neutral(word: &str) -> bool {
    NEUTRAL.contains(&stem_of(word).as_str())
}

/// Whether a verb says that something reaches the customer.
pub(crate) fn is_receiving(word: &str) -> bool {
    ["receive", "receives", "received", "get", "gets", "got"].contains(&word)
}

/// Whether a word has the form of a past participle.
pub(crate) fn is_past(word: &str) -> bool {
    (word.len() > 3 && word.ends_with("ed"))
        || IRREGULAR.iter().any(|(form, _)| *form == word && !form.starts_with("get"))
}

/// Whether a word turns a promise round.
pub(crate) fn is_negation(word: &str) -> bool {
    word.ends_with("n't") || ["not", "never", "cannot", "no", "nicht", "kein", "keine", "pas", "jamais"].contains(&word)
}

/// Whether a promise is about nothing that stands behind this word.
pub(crate) fn ends_clause(word: &str) -> bool {
    const ENDS: &[&str] = &[
        "and", "but", "because", "if", "when", "as", "so", "by", "within", "before", "until", "on", "after", "once",
        "unless", "while", "since", "or", "for", "then", "that", "which",
    ];
    ENDS.contains(&word) || (word.chars().count() == 1 && ",;:.!?()|[]".contains(word))
}

/// A committing word of another language at `at`, in the form that is compared.
pub(crate) fn foreign(sentence: &Sentence<'_>, at: usize) -> Option<&'static str> {
    let pair = format!("{}{}", sentence.word(at), sentence.word(at + 1));
    let begins = FOREIGN.iter().find(|start| sentence.word(at).starts_with(**start));
    begins.or_else(|| CHARACTERS.iter().find(|word| **word == pair)).copied()
}
