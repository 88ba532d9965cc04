//! A provider over HTTP: one request, one stream, read strictly and within bounds.
//!
//! Not `genai`, which was tried: it parses a call's arguments before anybody can see that a key stands twice, makes room
//! for as many calls as a stream's index says, and takes a stream that breaks off for one that ended.

mod anthropic;
mod bill;
mod endpoint;
mod fault;
mod frames;
mod gather;
mod ollama;
mod openai;
mod responses;
mod secret;

use std::time::Duration;

use async_trait::async_trait;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;

pub use endpoint::{Endpoint, Kind, Price, is_hosted};
pub use secret::{Key, Secret};

use crate::llm::remote::bill::Bill;
use crate::llm::remote::fault::{broken, may_cost, refused};
use crate::llm::remote::frames::Frames;
use crate::llm::remote::gather::{Gathered, Stop};
use crate::llm::{Conversation, Listener, Live, LlmError, LlmProvider, Reply};
use crate::telemetry::traces;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);

/// A wire format: how a conversation is written, and how an answer is read.
trait Wire: Sync {
    /// The request's body.
    fn body(&self, talk: &Conversation, endpoint: &Endpoint) -> Value;
    /// The path behind the base address.
    fn path(&self) -> &'static str;
    /// The request's headers beside the content type.
    fn headers(&self, key: Option<&Secret>) -> Result<HeaderMap, LlmError>;
    /// Takes one frame of a stream.
    fn take(&self, event: &Value, into: &mut Gathered) -> Result<(), LlmError>;
    /// Takes an answer that came in one piece.
    fn whole(&self, answer: &Value, into: &mut Gathered) -> Result<(), LlmError>;
}

/// A model at an address.
pub struct Remote {
    endpoint: Endpoint,
    wire: &'static dyn Wire,
    client: reqwest::Client,
}

impl Remote {
    /// A model at an address; nothing is sent yet.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(endpoint: Endpoint) -> Result<Self, LlmError> {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(endpoint.idle)
            // A key goes to the address that a person wrote down, and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            // Whoever packs a stream holds its words back.
            .gzip(false)
            .build()
            .map_err(|e| broken(&endpoint, &e))?;
        let wire: &'static dyn Wire = match endpoint.kind {
            Kind::OpenAi => &openai::Chat,
            Kind::OpenAiResponses => &responses::Responses,
            Kind::Anthropic => &anthropic::Messages,
            Kind::Ollama => &ollama::Chat,
        };
        Ok(Self { endpoint, wire, client })
    }

    async fn send(&self, talk: &Conversation, bill: &mut Bill<'_>) -> Result<Response, LlmError> {
        let address = format!("{}{}", self.endpoint.base.trim_end_matches('/'), self.wire.path());
        let key = self.endpoint.key.read().await?;
        let headers = self.wire.headers(key.as_ref())?;
        let body = self.wire.body(talk, &self.endpoint).to_string();
        bill.send(&body);
        let mut request =
            self.client.post(address).headers(headers).header(CONTENT_TYPE, "application/json").body(body);
        if let Some(trace) = traces::traceparent() {
            request = request.header(traces::TRACEPARENT, trace);
        }
        let sent = request.send().await;
        let may_cost = match &sent {
            Ok(response) => may_cost(response.status().as_u16()),
            Err(error) => !(error.is_builder() || error.is_connect()),
        };
        if !may_cost {
            bill.void();
        }
        let response = sent.map_err(|e| broken(&self.endpoint, &e))?;
        if response.status().as_u16() == 200 { Ok(response) } else { Err(refused(&self.endpoint, response).await) }
    }

    async fn stream(&self, mut response: Response, live: Listener<'_>, said: &mut Gathered) -> Result<(), LlmError> {
        let mut frames = Frames::of(content_type(&response));
        while let Some(chunk) = response.chunk().await.map_err(|e| broken(&self.endpoint, &e))? {
            for frame in frames.push(&chunk)? {
                let before = said.text.len();
                self.wire.take(&frame, said)?;
                if said.text.len() > before {
                    live(Live::Text(&said.text[before..]));
                }
            }
            if said.is_over() {
                return Ok(());
            }
        }
        match frames.rest()? {
            Some(Value::Null) => self.wire.take(&Value::Null, said),
            Some(answer) => self.wire.whole(&answer, said),
            // A reason to stop is not yet the end: the usage comes after it.
            None => {
                said.stop(Stop::Not);
                Ok(())
            }
        }
    }
}

#[async_trait]
impl LlmProvider for Remote {
    fn name(&self) -> &str {
        &self.endpoint.name
    }

    async fn reply(&self, talk: &Conversation, live: Listener<'_>) -> Result<Reply, LlmError> {
        let mut bill = Bill::new(&self.endpoint.name, self.endpoint.price, live);
        let response = self.send(talk, &mut bill).await?;
        let streamed = self.stream(response, live, &mut bill.said).await;
        let reply = streamed.and_then(|()| bill.said.reply(&self.endpoint, &talk.form, talk.entries.len()));
        // A reply says itself what it took; nobody works on a wrong key or on too long a prompt.
        if matches!(reply, Ok(_) | Err(LlmError::Setup { .. } | LlmError::TooLong(_))) {
            bill.void();
        }
        reply
    }
}

/// What models there are at an address.
///
/// # Errors
/// When it cannot be reached, or refuses the key.
pub async fn list_models(endpoint: &Endpoint) -> Result<Vec<String>, LlmError> {
    let remote = Remote::new(Endpoint { idle: CONNECT, ..endpoint.clone() })?;
    let path = if endpoint.kind == Kind::Ollama { "/api/tags" } else { "/models" };
    let address = format!("{}{path}", endpoint.base.trim_end_matches('/'));
    let key = endpoint.key.read().await?;
    let request = remote.client.get(address).headers(remote.wire.headers(key.as_ref())?).timeout(CONNECT);
    let mut response = request.send().await.map_err(|e| broken(endpoint, &e))?;
    if response.status().as_u16() != 200 {
        return Err(refused(endpoint, response).await);
    }
    let mut frames = Frames::of("");
    while let Some(chunk) = response.chunk().await.map_err(|e| broken(endpoint, &e))? {
        frames.push(&chunk)?;
    }
    let list = frames.rest()?.unwrap_or_default();
    let rows = list["data"].as_array().or_else(|| list["models"].as_array());
    let name = |row: &Value| row["id"].as_str().or_else(|| row["name"].as_str()).map(str::to_owned);
    Ok(rows.into_iter().flatten().filter_map(name).collect())
}

fn content_type(response: &Response) -> &str {
    response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
