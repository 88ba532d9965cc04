//! Files that old mail programs wrote into the text itself.

use crate::domain::ticket::Attachment;

/// Takes `begin 644 name … end` blocks out of a text; each becomes a file that came with it.
pub(super) fn taken_out(text: &str) -> (String, Vec<Attachment>) {
    let mut kept = String::with_capacity(text.len());
    let mut files = Vec::new();
    let mut rest = text;
    while let Some((line, after)) = next_line(rest) {
        if let Some((name, (size, left))) = begins(line).and_then(|name| Some((name, block(after)?))) {
            let mime = "application/octet-stream".to_owned();
            files.push(Attachment { name: name.to_owned(), mime, size });
            rest = left;
        } else {
            kept.push_str(line);
            rest = after;
        }
    }
    (kept, files)
}

fn next_line(text: &str) -> Option<(&str, &str)> {
    (!text.is_empty()).then(|| text.split_at(text.find('\n').map_or(text.len(), |at| at + 1)))
}

/// The name of the file that begins with this line.
fn begins(line: &str) -> Option<&str> {
    let (mode, name) = line.trim_end().strip_prefix("begin ")?.split_once(' ')?;
    let is_mode = (3..=4).contains(&mode.len()) && mode.bytes().all(|b| (b'0'..=b'7').contains(&b));
    (is_mode && !name.is_empty()).then_some(name)
}

/// The size of the file, and what stands behind its end; nothing when this is no such block.
fn block(text: &str) -> Option<(u64, &str)> {
    let mut size = 0;
    let mut rest = text;
    loop {
        let (line, after) = next_line(rest)?;
        rest = after;
        if line.trim_end() == "end" {
            return Some((size, rest));
        }
        size += length(line.trim_end_matches(['\r', '\n']))?;
    }
}

/// How many bytes a line stands for; its first character says so.
fn length(line: &str) -> Option<u64> {
    let Some(first) = line.bytes().next() else { return Some(0) };
    let bytes = u64::from(first.checked_sub(b' ')? & 0x3f);
    let fits = line.len() as u64 <= 1 + bytes.div_ceil(3) * 4 + 1 && line.bytes().all(|b| (b' '..=b'`').contains(&b));
    fits.then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_the_text_becomes_an_attachment() {
        let text = "Hi\n\nbegin 644 cat.txt\n#0V%T\n`\nend\nBye\n";
        let (kept, files) = taken_out(text);
        assert_eq!(kept, "Hi\n\nBye\n");
        assert_eq!((files[0].name.as_str(), files[0].size, files.len()), ("cat.txt", 3, 1));
    }

    #[test]
    fn words_that_only_look_like_it_stay() {
        for text in [
            "begin 644 the day\nwith a walk\nend\n",
            "begin 644 x\n#0V%T\n",
            "begin now\nend",
            "begin 999 x\n`\nend\n",
            "",
        ] {
            assert_eq!(taken_out(text), (text.to_owned(), vec![]), "{text}");
        }
    }
}
