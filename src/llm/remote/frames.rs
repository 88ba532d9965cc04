//! Cuts a byte stream into JSON frames: server-sent events, or one object a line.

use serde_json::Value;

use crate::llm::LlmError;

/// The longest answer that is read, in bytes on the wire.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// The longest single frame, in bytes.
const MOST_FRAME: usize = 1024 * 1024;

/// What arrived and is no whole frame yet.
pub(crate) struct Frames {
    style: Style,
    /// Bytes so far.
    bytes: usize,
    pending: Vec<u8>,
    /// The data lines of the event so far.
    data: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `data:` lines, an empty line ends the event.
    Events,
    /// An object a line.
    Lines,
    /// One object in all: the server does not stream.
    Whole,
}

impl Frames {
    /// Frames of an answer with this content type.
    pub(crate) fn of(content_type: &str) -> Self {
        let style = if content_type.starts_with("text/event-stream") {
            Style::Events
        } else if content_type.contains("ndjson") || content_type.contains("jsonl") {
            Style::Lines
        } else {
            Style::Whole
        };
        Self { style, bytes: 0, pending: Vec::new(), data: Vec::new() }
    }

    /// The frames that are whole now.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Result<Vec<Value>, LlmError> {
        self.bytes += chunk.len();
        if self.bytes > MOST_BYTES {
            return Err(LlmError::Garbage("it is longer than 4 MiB".to_owned()));
        }
        let from = self.pending.len();
        self.pending.extend_from_slice(chunk);
        if self.style == Style::Whole {
            return Ok(Vec::new());
        }
        let Some(end) = self.pending[from..].iter().rposition(|b| *b == b'\n') else { return self.bounded(Vec::new()) };
        let rest = self.pending.split_off(from + end + 1);
        let whole = std::mem::replace(&mut self.pending, rest);
        let mut frames = Vec::new();
        for line in whole.strip_suffix(b"\n").unwrap_or(&whole).split(|b| *b == b'\n') {
            self.line(line.strip_suffix(b"\r").unwrap_or(line), &mut frames)?;
        }
        self.bounded(frames)
    }

    /// What stands at the end: an answer that came in one piece, or a last frame without its line end.
    pub(crate) fn rest(self) -> Result<Option<Value>, LlmError> {
        let is_blank = self.pending.iter().all(u8::is_ascii_whitespace);
        match self.style {
            Style::Whole => json(&self.pending).map(Some),
            // The last line may lack its end.
            Style::Lines if !is_blank => json(&self.pending).map(Some),
            Style::Events if self.data.is_empty() && self.pending.strip_prefix(b"data:").is_some_and(is_done) => {
                Ok(Some(Value::Null))
            }
            Style::Lines | Style::Events => Ok(None),
        }
    }

    fn line(&mut self, line: &[u8], frames: &mut Vec<Value>) -> Result<(), LlmError> {
        if self.style == Style::Lines {
            if !line.iter().all(u8::is_ascii_whitespace) {
                frames.push(json(line)?);
            }
            return Ok(());
        }
        if let Some(data) = line.strip_prefix(b"data:") {
            if self.data.is_empty() && is_done(data) {
                frames.push(Value::Null);
                return Ok(());
            }
            if !self.data.is_empty() {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(data.strip_prefix(b" ").unwrap_or(data));
        } else if line.is_empty() && !self.data.is_empty() {
            frames.push(json(&std::mem::take(&mut self.data))?);
        }
        Ok(())
    }

    fn bounded(&self, frames: Vec<Value>) -> Result<Vec<Value>, LlmError> {
        if self.pending.len().max(self.data.len()) > MOST_FRAME {
            return Err(LlmError::Garbage("a part of it is longer than 1 MiB".to_owned()));
        }
        Ok(frames)
    }
}

/// `OpenAI`'s own word for the end of a stream: no JSON, told as null. Some servers leave out the line end after it.
fn is_done(data: &[u8]) -> bool {
    data.trim_ascii() == b"[DONE]"
}

fn json(bytes: &[u8]) -> Result<Value, LlmError> {
    serde_json::from_slice(bytes).map_err(|_malformed| LlmError::passing("the provider sent something that is no JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const STREAM: &str = ": ping\r\n\r\nevent: x\r\ndata: {\"a\":\r\ndata: \"漢字😀\"}\r\n\r\ndata: [DONE]\n\n";

    fn all(content_type: &str, text: &str, piece: usize) -> Vec<Value> {
        let mut frames = Frames::of(content_type);
        let mut out = Vec::new();
        for chunk in text.as_bytes().chunks(piece) {
            out.extend(frames.push(chunk).unwrap());
        }
        out.extend(frames.rest().unwrap());
        out
    }

    #[test]
    fn events_are_the_same_however_they_are_cut() {
        for piece in [1, 2, 3, 7, 1000] {
            assert_eq!(all("text/event-stream", STREAM, piece), [json!({"a": "漢字😀"}), Value::Null], "{piece}");
        }
    }

    #[test]
    fn the_last_word_needs_no_line_end() {
        for end in ["data: [DONE]", "data:[DONE]\n", "data: [DONE]\r\n"] {
            for piece in [1, 1000] {
                let text = format!("data: {{\"a\":1}}\n\n{end}");
                assert_eq!(all("text/event-stream", &text, piece), [json!({"a": 1}), Value::Null], "{end:?}");
            }
        }
        for cut in ["data: {\"a\":1}\n\n", "data: {\"a\":1}\n\ndata: [DO", "data: {\"a\":1}\n\nevent: [DONE]"] {
            assert_eq!(all("text/event-stream", cut, 1000), [json!({"a": 1})], "{cut:?}");
        }
    }

    #[test]
    fn lines_and_whole_answers_are_read() {
        assert_eq!(all("application/x-ndjson", "{\"a\":1}\n\n{\"a\":2}", 4), [json!({"a": 1}), json!({"a": 2})]);
        assert_eq!(all("application/json", "{\"a\":\n1}", 4), [json!({"a": 1})]);
    }

    #[test]
    fn an_endless_line_and_broken_json_are_errors() {
        let mut frames = Frames::of("text/event-stream");
        let long = vec![b'x'; MOST_FRAME + 1];
        assert!(matches!(frames.push(&long), Err(LlmError::Garbage(_))));
        let mut frames = Frames::of("text/event-stream");
        assert!(frames.push(b"data: {\"a\n\n").is_err());
        assert!(Frames::of("application/json").rest().is_err());
    }

    #[test]
    fn no_answer_is_longer_than_four_mebibytes_whatever_it_is_cut_into() {
        for content_type in ["text/event-stream", "application/x-ndjson", "application/json"] {
            let mut frames = Frames::of(content_type);
            let lines = vec![b'\n'; MOST_BYTES / 4];
            assert!((0..4).all(|_| frames.push(&lines).is_ok()), "{content_type}");
            assert!(matches!(frames.push(b"\n"), Err(LlmError::Garbage(_))), "{content_type}");
        }
    }
}
