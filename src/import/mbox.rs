//! Many mails in one file, each after a line that starts with `From ` and has a time.

use crate::import::basket::Basket;
use crate::import::mail;

/// Reads every mail of the file.
pub(super) fn read(bytes: &[u8], basket: &mut Basket<'_>) {
    let mails = split(bytes);
    if mails.is_empty() {
        basket.bad(1, "no mail: no line starts with `From ` and has a time");
    }
    for (line, content) in mails {
        basket.put_mail(line, mail::parse(&content, basket.default_time));
    }
}

/// The mails, with the lines that they start on; `>From ` becomes `From ` again.
fn split(bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let mut mails: Vec<(usize, Vec<u8>)> = Vec::new();
    let mut after_blank = true;
    for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if after_blank && is_start(line) {
            mails.push((at + 1, Vec::new()));
        } else if let Some((_, content)) = mails.last_mut() {
            content.extend_from_slice(unescaped(line));
        }
        after_blank = line.trim_ascii().is_empty();
    }
    mails
}

/// Somebody may start a paragraph with `From `; they hardly write a time and a year after it.
fn is_start(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let clock = rest.windows(5).any(|w| w[2] == b':' && [0, 1, 3, 4].iter().all(|n| w[*n].is_ascii_digit()));
    let year = rest.windows(4).any(|w| w.iter().all(u8::is_ascii_digit));
    clock && year
}

fn unescaped(line: &[u8]) -> &[u8] {
    let marks = line.iter().take_while(|byte| **byte == b'>').count();
    if marks > 0 && line[marks..].starts_with(b"From ") { &line[1..] } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_split_where_they_start() {
        let mbox = b"From a@x.example Mon Nov  3 10:12:00 2025\nSubject: a\n\nFrom here on,\n>From x\n\nFrom b Mon Nov 3 10:13:00 2025\nSubject: b\n";
        let mails = split(mbox);
        assert_eq!(mails.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 7]);
        assert_eq!(mails[0].1, b"Subject: a\n\nFrom here on,\nFrom x\n\n");
    }
}
