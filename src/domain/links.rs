//! The links of a text: where each leads, said so that none can pass for another place.

use std::ops::Range;

use url::Url;

use crate::domain::text::is_hostile;

/// How an address begins.
const BEGINNINGS: [&str; 4] = ["https://", "http://", "mailto:", "www."];
/// What may follow an address without being part of it.
const TRAILING: &str = ".,;:!?'*_~…。、，；：！？";
/// Letters of the words before a link that are kept.
const MOST_LABEL: usize = 80;
/// Names with these endings are files.
const FILES: [&str; 16] = [
    "pdf", "png", "jpg", "jpeg", "gif", "doc", "docx", "xls", "xlsx", "ppt", "txt", "csv", "zip", "html", "eml", "xml",
];

/// A link as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// As it was written; hostile until escaped.
    pub written: String,
    /// Where in `written` the host or the address of a mailbox stands.
    pub place: Range<usize>,
    /// What a browser would go to, in plain ASCII; nothing when it is no address.
    pub target: Option<String>,
    /// The host, or the mailbox, that a browser would go to.
    pub leads: Option<String>,
    /// The words that stand for the link, where they are others; hostile until escaped.
    pub label: Option<String>,
    /// What somebody should know before going there.
    pub cautions: Vec<Caution>,
}

/// What is not as it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caution {
    /// The words that stand for it name another place.
    Named {
        /// The place in the words.
        words: String,
        /// Where it leads.
        leads: String,
    },
    /// A browser reads the host as another one than is written.
    ReadAs {
        /// The host that a browser goes to.
        leads: String,
        /// Letters that are not ASCII, each once.
        letters: Vec<char>,
    },
    /// The host is a number.
    Number,
    /// Something stands before an `@` that looks like the host and is a name to sign in with.
    SignIn,
    /// It holds characters that cannot be seen.
    Hidden,
    /// It is no address.
    Unreadable,
}

impl Caution {
    /// The caution for a person.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Named { words, leads } => format!("the words say {words}, it leads to {leads}"),
            Self::ReadAs { leads, letters } if letters.is_empty() => format!("a browser reads the host as {leads}"),
            Self::ReadAs { leads, letters } => {
                let letters: Vec<_> = letters.iter().map(|c| format!("{c} U+{:04X}", u32::from(*c))).collect();
                format!("the host has letters that may look like others ({}): it is {leads}", letters.join(", "))
            }
            Self::Number => "the host is a number, not a name".to_owned(),
            Self::SignIn => "what stands before the @ is not the host".to_owned(),
            Self::Hidden => "it holds characters that cannot be seen".to_owned(),
            Self::Unreadable => "this is no valid address".to_owned(),
        }
    }
}

impl Link {
    /// The host or mailbox as it was written.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.written[self.place.clone()]
    }
}

/// The links of a text in the order in which they stand there.
#[must_use]
pub fn find(text: &str) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    // Where the words before the last link began, and where it ends.
    let (mut began, mut end) = (0, 0);
    while let Some(at) = next(text, end) {
        let found = at..at + length(&text[at..]);
        let between = &text[end..found.start];
        // `https://a.example <https://b.example>`: the first is what a reader sees of the second.
        let shown = matches!(between.trim(), "<" | "(") && !between.contains('\n') && links.pop().is_some();
        let from = if shown { began } else { end };
        let label = between.ends_with(['<', '(']).then(|| words_before(&text[from..found.start])).flatten();
        links.push(link(&text[found.clone()], label));
        (began, end) = (from, found.end);
    }
    links
}

/// Where the next address begins.
fn next(text: &str, from: usize) -> Option<usize> {
    let begins = |at: usize, start: &str| {
        text.as_bytes().get(at..at + start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
    };
    let mut before = text[..from].chars().next_back();
    for (at, c) in text[from..].char_indices() {
        let inside = before.is_some_and(char::is_alphanumeric);
        before = Some(c);
        let at = from + at;
        if !inside && BEGINNINGS.iter().any(|start| begins(at, start) && length(&text[at..]) > start.len()) {
            return Some(at);
        }
    }
    None
}

/// How long the address is that a text begins with.
fn length(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || "<>\"`（）「」『』【】".contains(c);
    let mut link = &text[..text.find(ends).unwrap_or(text.len())];
    while let Some(last) = link.chars().next_back() {
        let unopened = |open: char| link.matches(open).count() < link.matches(last).count();
        let trailing = match last {
            ')' => unopened('('),
            ']' => unopened('['),
            '}' => unopened('{'),
            other => TRAILING.contains(other),
        };
        if !trailing {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    link.len()
}

/// The words on the line before the bracket that an address stands in.
fn words_before(between: &str) -> Option<String> {
    let line = between.lines().next_back().unwrap_or("");
    let words = line.trim_end_matches(['<', '(']).trim();
    let words = words.trim_start_matches(['>', ')', '.', ',', ';', ':']).trim();
    let skipped = words.chars().count().saturating_sub(MOST_LABEL);
    let kept: String = words.chars().skip(skipped).collect();
    let cut = if skipped > 0 { "…" } else { "" };
    (!words.is_empty()).then(|| format!("{cut}{kept}"))
}

fn link(written: &str, label: Option<String>) -> Link {
    let place = place(written);
    let url = parsed(written);
    let leads = url.as_ref().and_then(leads);
    let mut cautions = Vec::new();
    if let (Some(leads), Some(words)) = (&leads, label.as_deref().and_then(named))
        && !is_same_place(&words, leads)
    {
        cautions.push(Caution::Named { words, leads: leads.clone() });
    }
    match (&url, &leads) {
        (Some(url), Some(leads)) => cautions.extend(of_host(url, &written[place.clone()], leads)),
        _ => cautions.push(Caution::Unreadable),
    }
    if written.chars().any(is_hostile) {
        cautions.push(Caution::Hidden);
    }
    let target = url.filter(|_| leads.is_some()).map(String::from);
    Link { written: written.to_owned(), place, target, leads, label, cautions }
}

fn of_host(url: &Url, written: &str, leads: &str) -> Vec<Caution> {
    let mut cautions = Vec::new();
    if !written.eq_ignore_ascii_case(leads) {
        let mut letters: Vec<char> = written.chars().filter(|c| !c.is_ascii() && !is_hostile(*c)).collect();
        letters.sort_unstable();
        letters.dedup();
        cautions.push(Caution::ReadAs { leads: leads.to_owned(), letters });
    }
    if matches!(url.host(), Some(url::Host::Ipv4(_) | url::Host::Ipv6(_))) {
        cautions.push(Caution::Number);
    }
    if !url.username().is_empty() || url.password().is_some() {
        cautions.push(Caution::SignIn);
    }
    cautions
}

fn parsed(written: &str) -> Option<Url> {
    let bare = written.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("www."));
    Url::parse(&if bare { format!("http://{written}") } else { written.to_owned() }).ok()
}

/// The host that a browser goes to, or the mailbox that is written to.
fn leads(url: &Url) -> Option<String> {
    if url.scheme() == "mailto" {
        return Some(url.path().to_owned()).filter(|address| address.contains('@'));
    }
    url.host_str().filter(|host| host.contains(['.', ':']) || *host == "localhost").map(str::to_owned)
}

/// Where the host stands in an address as it was written: what is told apart on a screen.
fn place(written: &str) -> Range<usize> {
    let start = match written.find("://") {
        Some(at) => at + 3,
        None if written.get(..7).is_some_and(|head| head.eq_ignore_ascii_case("mailto:")) => {
            return 7..written.find('?').unwrap_or(written.len());
        }
        None => 0,
    };
    let end = written[start..].find(['/', '\\', '?', '#']).map_or(written.len(), |at| start + at);
    let start = written[start..end].rfind('@').map_or(start, |at| start + at + 1);
    let host = &written[start..end];
    let port = host.rfind(':').filter(|at| host[at + 1..].chars().all(|c| c.is_ascii_digit()) && !host.ends_with(']'));
    start..port.map_or(end, |at| start + at)
}

/// The place that words name: the host of an address in them, else the last word when it looks like a host.
fn named(words: &str) -> Option<String> {
    let full = words.split_whitespace().rev().find_map(|word| {
        let at = next(word, 0)?;
        let url = parsed(&word[at..at + length(&word[at..])])?;
        leads(&url)
    });
    full.or_else(|| {
        let last = words.split_whitespace().next_back()?;
        let last = last.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let host = last.split('/').next()?;
        let (_, ending) = host.rsplit_once('.')?;
        let is_name = ending.len() >= 2 && ending.chars().all(char::is_alphabetic) && !FILES.contains(&ending);
        (is_name && host.split('.').all(|label| !label.is_empty())).then(|| host.to_owned())
    })
}

fn is_same_place(words: &str, leads: &str) -> bool {
    let bare = |host: &str| host.to_lowercase().trim_start_matches("www.").to_owned();
    let (words, leads) = (bare(words), bare(leads));
    words == leads || leads.ends_with(&format!(".{words}")) || words.ends_with(&format!(".{leads}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Vec<String> {
        find(text).into_iter().map(|link| link.written).collect()
    }

    fn one(text: &str) -> Link {
        let mut links = find(text);
        assert_eq!(links.len(), 1, "{text}: {links:?}");
        links.remove(0)
    }

    #[test]
    fn an_address_ends_where_a_reader_would_end_it() {
        for (text, expect) in [
            ("See https://a.example/x. Then", &["https://a.example/x"][..]),
            ("(https://a.example/x_(y)), ok", &["https://a.example/x_(y)"]),
            ("<https://a.example>\nHTTP://B.example", &["https://a.example", "HTTP://B.example"]),
            ("www.a.example and mailto:b@a.example?subject=Hi!", &["www.a.example", "mailto:b@a.example?subject=Hi"]),
            ("詳細（https://a.example/返金）。", &["https://a.example/返金"]),
            ("xhttps://a.example https:// www. mailto:", &[]),
            ("https://a.example, https://a.example?q=1&b=2#c!", &["https://a.example", "https://a.example?q=1&b=2#c"]),
        ] {
            assert_eq!(written(text), expect, "{text}");
        }
    }

    #[test]
    fn the_host_is_told_apart_whatever_stands_around_it() {
        for (text, place) in [
            ("https://www.bank.example:8443/login?x=@evil", "www.bank.example"),
            ("https://bank.example@evil.example/", "evil.example"),
            ("https://evil.example\\@bank.example/", "evil.example"),
            ("mailto:a@b.example?subject=x", "a@b.example"),
            ("www.bank.example/x", "www.bank.example"),
            ("http://[::1]:80/", "[::1]"),
        ] {
            assert_eq!(one(text).place(), place, "{text}");
        }
    }

    #[test]
    fn what_is_not_as_it_looks_is_said() {
        let cautions = |text: &str| one(text).cautions.iter().map(Caution::in_words).collect::<Vec<_>>().join("; ");
        for (text, expect) in [
            ("https://bank.example/", ""),
            ("HTTPS://Bank.Example/", ""),
            ("https://bank.example@evil.example/", "what stands before the @ is not the host"),
            ("https://b\u{430}nk.example/", "(\u{430} U+0430): it is xn--bnk-6cd.example"),
            ("https://bank.ex\u{200b}ample/", "a browser reads the host as bank.example; it holds characters"),
            ("http://3232235777/", "a browser reads the host as 192.168.1.1; the host is a number"),
            ("https://bank%2eexample/", "a browser reads the host as bank.example"),
            ("https://exa_mple..\u{ad}/", "it holds characters"),
            ("http://[nonsense/", "this is no valid address"),
        ] {
            let said = cautions(text);
            assert!(if expect.is_empty() { said.is_empty() } else { said.contains(expect) }, "{text}: {said}");
        }
    }

    #[test]
    fn the_words_of_a_link_and_its_target_are_both_kept_and_a_lie_is_said() {
        for (text, label, lie) in [
            ("Please reset it here <https://a.example/r>.", Some("Please reset it here"), None),
            ("https://bank.example <https://evil.example/x>", Some("https://bank.example"), Some("bank.example")),
            (
                "Sign in at www.bank.example <https://evil.example>",
                Some("Sign in at www.bank.example"),
                Some("www.bank.example"),
            ),
            ("Go to bank.example (https://evil.example)", Some("Go to bank.example"), Some("bank.example")),
            ("bank.example <https://login.bank.example>", Some("bank.example"), None),
            ("invoice.pdf <https://files.example/1>", Some("invoice.pdf"), None),
            ("see https://a.example", None, None),
        ] {
            let link = find(text).pop().unwrap();
            assert_eq!(link.label.as_deref(), label, "{text}");
            let said = link.cautions.iter().find_map(|caution| match caution {
                Caution::Named { words, .. } => Some(words.as_str()),
                Caution::ReadAs { .. } | Caution::Number | Caution::SignIn | Caution::Hidden | Caution::Unreadable => {
                    None
                }
            });
            assert_eq!(said, lie, "{text}");
        }
        assert_eq!(find("https://bank.example <https://evil.example>").len(), 1, "the words are not a second link");
    }

    #[test]
    fn what_is_copied_is_plain_ascii() {
        for text in ["https://b\u{430}nk.example/\u{202e}fdp?q=返金", "https://a.example/\u{200b}x", "www.ä.example"]
        {
            let target = one(text).target.unwrap();
            assert!(target.is_ascii() && !target.contains(char::is_control), "{target}");
        }
    }

    #[test]
    fn nothing_makes_it_panic_and_a_long_text_is_read_in_time() {
        for text in
            ["https://", "www.é", "mailto:@", "https://a\u{301}", "(((https://)))", "<<https://a.b>>", "httpſ://x.y"]
        {
            let _ = find(text);
        }
        let long = "https://a.example/x (www. http:// ".repeat(30_000);
        assert_eq!(find(&long).len(), 30_000);
    }
}
