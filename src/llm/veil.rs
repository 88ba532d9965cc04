//! Nothing personal leaves: a provider sees placeholders, and what it answers is put back into words here.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::Value;

use crate::domain::redact::{Kind, Veil};
use crate::llm::{Conversation, Entry, Listener, Live, LlmError, LlmProvider, Reply, ToolUse};

/// The longest placeholder that is waited for while a text is being written, in bytes.
const LONGEST: usize = 24;

/// A provider that is shown placeholders.
pub struct Veiled<P> {
    provider: P,
}

impl<P: LlmProvider> Veiled<P> {
    /// Shows `provider` placeholders in place of personal data.
    pub fn new(provider: P) -> Self {
        Self { provider }
    }
}

#[async_trait]
impl<P: LlmProvider> LlmProvider for Veiled<P> {
    fn name(&self) -> &str {
        self.provider.name()
    }

    async fn reply(&self, talk: &Conversation, live: Listener<'_>) -> Result<Reply, LlmError> {
        let (hidden, veil) = hide(talk);
        let lifting = Mutex::new(Lifting { veil: &veil, pending: String::new() });
        let listen = |told: Live<'_>| {
            let shown = lifting.lock().unwrap_or_else(PoisonError::into_inner).take(told);
            match (told, shown) {
                (Live::Text(_), text) if text.is_empty() => {}
                (Live::Text(_), text) => live(Live::Text(&text)),
                (Live::Anew(_) | Live::Wasted(_), _) => live(told),
            }
        };
        let reply = self.provider.reply(&hidden, &listen).await?;
        Ok(show(&veil, reply))
    }
}

/// The conversation with placeholders. The same conversation always gets the same ones.
fn hide(talk: &Conversation) -> (Conversation, Veil) {
    let mut veil = Veil::default();
    for name in &talk.task.people {
        veil.know(Kind::Name, name);
    }
    let mut hidden = talk.clone();
    for entry in &mut hidden.entries {
        match entry {
            Entry::Brief(text) | Entry::Person(text) => *text = veil.hide(text),
            Entry::Tool { content, .. } => *content = hide_json(&mut veil, &without_pieces(content)),
            Entry::Model(reply) => {
                reply.text = veil.hide(&reply.text);
                for call in &mut reply.calls {
                    call.arguments = hide_json(&mut veil, &call.arguments);
                }
            }
        }
    }
    (hidden, veil)
}

/// A tool's answer without what it quotes in pieces: a claim like `417` is not seen to be a part of a telephone number.
/// The whole text stands beside it.
fn without_pieces(content: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(content) else { return content.to_owned() };
    for mark in value.get_mut("unsupported").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(text) = mark.get_mut("text") {
            *text = Value::default();
        }
    }
    if let Some(notes) = value.pointer_mut("/maker/notes") {
        *notes = Value::default();
    }
    value.to_string()
}

/// JSON stays JSON: only its strings are looked at. What is no JSON is a text.
fn hide_json(veil: &mut Veil, text: &str) -> String {
    match serde_json::from_str(text) {
        Ok(mut value) => {
            veil.hide_json(&mut value);
            value.to_string()
        }
        Err(_no_json) => veil.hide(text),
    }
}

fn show(veil: &Veil, reply: Reply) -> Reply {
    let shown = |call: ToolUse| ToolUse { arguments: show_json(veil, &call.arguments), ..call };
    Reply { text: veil.show(&reply.text), calls: reply.calls.into_iter().map(shown).collect(), ..reply }
}

/// A call's arguments with what the placeholders stand for. They are parsed strictly later, so what is no JSON, or has
/// nothing to put back, stays letter by letter.
fn show_json(veil: &Veil, arguments: &str) -> String {
    if veil.show(arguments) == arguments {
        return arguments.to_owned();
    }
    match crate::domain::canonical::parse(arguments) {
        Ok(mut value) => {
            veil.show_json(&mut value);
            value.to_string()
        }
        Err(_not_strict) => arguments.to_owned(),
    }
}

/// A text in the making, with placeholders that may be cut in two.
struct Lifting<'a> {
    veil: &'a Veil,
    pending: String,
}

impl Lifting<'_> {
    fn take(&mut self, told: Live<'_>) -> String {
        let Live::Text(text) = told else {
            self.pending.clear();
            return String::new();
        };
        self.pending.push_str(text);
        let open = self.pending.rfind('<').filter(|at| {
            let rest = &self.pending[*at..];
            rest.len() < LONGEST && !rest.contains('>')
        });
        let rest = self.pending.split_off(open.unwrap_or(self.pending.len()));
        let whole = std::mem::replace(&mut self.pending, rest);
        self.veil.show(&whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::shared_tests::talk;

    /// Remembers what it was shown, and answers with the placeholders that it saw.
    struct Echo(Mutex<String>);

    #[async_trait]
    impl LlmProvider for Echo {
        fn name(&self) -> &'static str {
            "echo"
        }

        async fn reply(&self, talk: &Conversation, live: Listener<'_>) -> Result<Reply, LlmError> {
            *self.0.lock().unwrap() = format!("{:?}", talk.entries);
            for piece in ["Dear <NA", "ME_1>, I write to <EMAIL", "_1> or <b>"] {
                live(Live::Text(piece));
            }
            let arguments = r#"{"body":"to <EMAIL_1>","ticket_id":"T-1"}"#.to_owned();
            let calls = vec![ToolUse { id: "c".into(), name: "send_reply".into(), arguments }];
            Ok(Reply { text: "Dear <NAME_1>, at <EMAIL_9>".into(), calls, ..Reply::default() })
        }
    }

    #[tokio::test]
    async fn a_provider_sees_placeholders_and_its_answer_has_the_words() {
        let mut talk = talk();
        talk.task.people = vec!["Ana Silva".into()];
        let content = r#"{"body":"I am Ana Silva, ana@mailbox.example, order FH-204511.","n":1}"#;
        talk.entries = vec![
            Entry::Tool { id: "c".into(), content: content.into(), is_error: false },
            Entry::Person("Ask Ana Silva first.".into()),
        ];
        let veiled = Veiled::new(Echo(Mutex::default()));
        let heard = Mutex::new(String::new());
        let listen = |told: Live<'_>| {
            if let Live::Text(text) = told {
                heard.lock().unwrap().push_str(text);
            }
        };
        let reply = veiled.reply(&talk, &listen).await.unwrap();
        let seen = veiled.provider.0.lock().unwrap().clone();
        assert!(!seen.contains("Silva") && !seen.contains("ana@") && seen.contains("FH-204511"), "{seen}");
        assert_eq!(reply.text, "Dear Ana Silva, at <EMAIL_9>", "a made-up placeholder stays one");
        assert_eq!(reply.calls[0].arguments, r#"{"body":"to ana@mailbox.example","ticket_id":"T-1"}"#);
        assert_eq!(*heard.lock().unwrap(), "Dear Ana Silva, I write to ana@mailbox.example or <b>");
    }

    #[test]
    fn pieces_of_a_draft_do_not_leave() {
        let draft = r#"{"response_text":"Call <PHONE_1>.","unsupported":[{"text":"417","kind":"number"}]}"#;
        let noted = r#"{"maker":{"notes":["the thread does not say: 417"]}}"#;
        assert!(!without_pieces(draft).contains("417") && without_pieces(draft).contains("number"));
        assert!(!without_pieces(noted).contains("417"));
        assert_eq!(without_pieces("no JSON"), "no JSON");
    }

    #[test]
    fn arguments_without_placeholders_stay_as_the_model_wrote_them() {
        let twice = r#"{"ticket_id":"T-1", "ticket_id":"T-2"}"#;
        assert_eq!(show_json(&Veil::default(), twice), twice);
    }
}
