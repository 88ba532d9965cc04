//! Model providers without a model: a small HTTP server that answers by a script, in the provider's own wire format,
//! and misbehaves on request.

mod http;
mod tests;
mod wire;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// The wire formats the stub speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    /// `POST …/chat/completions`.
    OpenAi,
    /// `POST …/responses`.
    OpenAiResponses,
    /// `POST …/messages`.
    Anthropic,
    /// `POST …/api/chat`.
    Ollama,
}

impl Wire {
    /// Every wire there is.
    pub(crate) fn all() -> [Self; 4] {
        [Self::OpenAi, Self::OpenAiResponses, Self::Anthropic, Self::Ollama]
    }

    /// How the path of a request for a turn ends, whatever stands before it.
    pub(crate) fn endpoint(self) -> &'static str {
        match self {
            Self::OpenAi => "/chat/completions",
            Self::OpenAiResponses => "/responses",
            Self::Anthropic => "/messages",
            Self::Ollama => "/api/chat",
        }
    }
}

/// What the model says in one turn: text, then calls, all of them at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Turn {
    /// The text; may be empty.
    pub(crate) text: String,
    /// Name and arguments of each call. The arguments go out as they are written here, so they may be no JSON at all.
    pub(crate) calls: Vec<(String, String)>,
    /// Tokens of the prompt, as the provider bills them.
    pub(crate) input_tokens: u32,
    /// Tokens of the answer.
    pub(crate) output_tokens: u32,
}

impl Turn {
    /// A turn that only talks.
    pub(crate) fn says(text: &str) -> Self {
        Self { text: text.into(), input_tokens: 11, output_tokens: 7, ..Self::default() }
    }

    /// The same turn with one call more.
    pub(crate) fn and_calls(mut self, name: &str, arguments: &str) -> Self {
        self.calls.push((name.into(), arguments.into()));
        self
    }
}

/// One answer to one request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// A good answer, streamed if the request asked for that.
    Turn(Turn),
    /// A good answer that goes wrong on its way.
    Broken(Turn, Behave),
    /// These bytes, whatever the request was; a content type that is empty is left out.
    Raw { status: u16, content_type: String, headers: Vec<(String, String)>, body: Vec<u8>, behave: Behave },
}

impl Answer {
    /// An answer with this status and this JSON text.
    pub(crate) fn json(status: u16, body: &str) -> Self {
        let (content_type, body) = ("application/json".into(), body.as_bytes().to_vec());
        Self::Raw { status, content_type, headers: Vec::new(), body, behave: Behave::default() }
    }

    /// A row of `hostile_llm_outputs_*.jsonl`.
    pub(crate) fn of_row(row: &Value) -> Self {
        let headers = row["headers"].as_object().into_iter().flatten();
        Self::Raw {
            status: row["status"].as_u64().and_then(|n| u16::try_from(n).ok()).expect("a status"),
            content_type: row["content_type"].as_str().expect("a content type").into(),
            headers: headers.map(|(name, value)| (name.clone(), value.as_str().unwrap_or("").into())).collect(),
            body: row["body"].as_str().expect("a body").as_bytes().to_vec(),
            behave: Behave::of(&row["behave"]),
        }
    }
}

/// How an answer goes wrong on the wire. The default is: not at all.
#[allow(clippy::struct_excessive_bools, reason = "faults, each on its own")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Behave {
    /// Takes the request and never says a word.
    pub(crate) hang_before_headers: bool,
    /// The whole response, head included, at this speed.
    pub(crate) drip_bytes_per_s: Option<u32>,
    /// A TCP reset after so many bytes of the response, head included.
    pub(crate) reset_after_bytes: Option<usize>,
    /// `Content-Length` off by so much; the body itself is whole, then the connection closes.
    pub(crate) content_length_lies: Option<i64>,
    /// After the body more and more of it, until the client goes away.
    pub(crate) endless_body: bool,
    /// Chunks whose sizes are no numbers.
    pub(crate) chunked_bad: bool,
    /// The body alone: no status line, no headers.
    pub(crate) http09: bool,
    /// Silence after so many events (lines of Ollama; a plain body is one event), until the client goes away.
    pub(crate) stall_after_events: Option<usize>,
    /// The body ends after so many events, and HTTP itself sees nothing wrong with that.
    pub(crate) truncate_after_events: Option<usize>,
}

impl Behave {
    /// From the `behave` of a hostile row; numbers may be written as text.
    pub(crate) fn of(row: &Value) -> Self {
        let number = |key: &str| row[key].as_i64().or_else(|| row[key].as_str()?.parse().ok());
        let count = |key: &str| number(key).and_then(|n| usize::try_from(n).ok());
        let flag = |key: &str| row[key].as_bool().unwrap_or(false);
        Self {
            hang_before_headers: flag("hang_before_headers") || number("hang_before_headers_s").is_some(),
            drip_bytes_per_s: number("drip_bytes_per_s").and_then(|n| u32::try_from(n).ok()),
            reset_after_bytes: count("reset_after_bytes"),
            content_length_lies: number("content_length_lies"),
            endless_body: flag("endless_body"),
            chunked_bad: flag("chunked_bad"),
            http09: flag("http09"),
            stall_after_events: count("stall_after_events"),
            truncate_after_events: count("truncate_after_events"),
        }
    }
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    /// `POST`, most of the time.
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// Names in lower case, in the order of the request.
    pub(crate) headers: Vec<(String, String)>,
    /// The body, or null where it is no JSON.
    pub(crate) body: Value,
    /// Head and body as text.
    pub(crate) raw: String,
    /// When the last byte of it was read.
    pub(crate) at: Instant,
}

impl Recorded {
    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Decides what to answer from the body of a request and how many there were before it.
type Script = Box<dyn Fn(&Value, usize) -> Answer + Send + Sync>;

/// What the connections of one stub share.
struct Shared {
    wire: Wire,
    script: Script,
    requests: Mutex<Vec<Recorded>>,
    turns: AtomicUsize,
}

/// A provider on a free port of this machine. It goes away with this value, and so do its connections.
pub(crate) struct StubModel {
    port: u16,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

impl StubModel {
    /// Answers the n-th request with the n-th answer; the last one is repeated for ever.
    pub(crate) async fn start(wire: Wire, answers: Vec<Answer>) -> Self {
        assert!(!answers.is_empty(), "a stub needs an answer");
        Self::start_with(wire, move |_, nth| answers[nth.min(answers.len() - 1)].clone()).await
    }

    /// Answers from a function of the request's body; it is called for requests to the wire's endpoint only.
    pub(crate) async fn start_with(
        wire: Wire,
        answer: impl Fn(&Value, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (requests, turns) = (Mutex::default(), AtomicUsize::new(0));
        let shared = Arc::new(Shared { wire, script: Box::new(answer), requests, turns });
        let listening = tokio::spawn(listen(listener, shared.clone()));
        Self { port, shared, listening }
    }

    /// Where it listens, with a slash at the end.
    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Every request so far, also those that missed the endpoint.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.shared.requests.lock().unwrap().clone()
    }
}

impl Drop for StubModel {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// Takes connections; all of them end with this task.
async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let mut open = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        open.spawn(serve(stream, shared.clone()));
        while open.try_join_next().is_some() {}
    }
}

/// One request, one response, and the connection is over.
async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let Ok(request) = http::read(&mut stream).await else { return };
    let (method, path, body) = (request.method.clone(), request.path.clone(), request.body.clone());
    shared.requests.lock().unwrap().push(request);
    let path = path.split_once('?').map_or(path.as_str(), |(path, _)| path);
    let response = if method == "POST" && path.ends_with(shared.wire.endpoint()) {
        let nth = shared.turns.fetch_add(1, Ordering::SeqCst);
        match (shared.script)(&body, nth) {
            Answer::Turn(turn) => wire::response(shared.wire, &body, nth, &turn, Behave::default()),
            Answer::Broken(turn, behave) => wire::response(shared.wire, &body, nth, &turn, behave),
            Answer::Raw { status, content_type, headers, body, behave } => {
                let events = http::events(&content_type, &body);
                http::Response { status, content_type, headers, events, streamed: false, behave }
            }
        }
    } else {
        http::Response::missing()
    };
    // A client that goes away in the middle of an answer is what many of the tests are about.
    let _gone = http::write(stream, response).await;
}
