//! The way to a desk elsewhere: one question is one POST, with the person's token; what comes back is read within bounds.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, Identity, Response, StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::watch;

use crate::domain::ids::RunId;
use crate::domain::link::Link;
use crate::domain::text;
use crate::seat::{Question, SeatError};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may stop in the middle; whoever only listens hears a sign of life more often.
const SILENCE: Duration = Duration::from_mins(1);
/// The largest answer, in bytes: a filter looks through every row of a view.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// The longest refusal that is read.
const MOST_REFUSAL: usize = 64 * 1024;
/// The run that questions belong to.
const RUN: HeaderName = HeaderName::from_static("countersign-run");

/// Where a desk is and what opens it.
#[derive(Clone, Debug)]
pub struct Address {
    /// Its address: `https://desk.example.com`.
    pub url: Url,
    /// The file that holds the person's token; nothing where a certificate says who they are.
    pub token_file: Option<PathBuf>,
    /// A file with authorities to trust beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// A file with a certificate of the person's own and its key.
    pub certificate_file: Option<PathBuf>,
}

/// Why a desk elsewhere cannot even be asked.
#[derive(Debug, thiserror::Error)]
pub enum NoWay {
    /// Correct the address.
    #[error("{0}")]
    Address(String),
    /// Correct the file.
    #[error("{}: {reason}", text::line(&path.to_string_lossy()))]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Report it.
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
}

impl Address {
    /// Reads an address as a person writes it. One in clear is taken for this machine only, unless `in_clear`: whoever is
    /// in between could read the token.
    ///
    /// # Errors
    /// When it is none, or would send the token in clear.
    pub fn parse(address: &str, in_clear: bool) -> Result<Url, NoWay> {
        let wrong = |why: &str| NoWay::Address(format!("{} {why}", text::line(address)));
        let url = Url::parse(address).map_err(|_none| wrong("is no address: write https://desk.example.com"))?;
        let host = url.host_str().ok_or_else(|| wrong("names no host: write https://desk.example.com"))?;
        let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        match url.scheme() {
            "https" => {}
            "http" if is_here || in_clear => {}
            "http" => {
                let why = "would send your token in clear: use https://, or --insecure-http where nobody can listen";
                return Err(wrong(why));
            }
            _ => return Err(wrong("is neither https:// nor http://")),
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("holds more than a host and a path: the token goes into --token-file"));
        }
        Ok(url)
    }

    /// The token, from its file.
    fn token(path: &Path) -> Result<HeaderValue, NoWay> {
        let wrong = |reason: &str| NoWay::File { path: path.to_owned(), reason: reason.to_owned() };
        let read = read(path)?;
        let token = String::from_utf8(read).map_err(|_binary| wrong("there is no token in it"))?;
        let token = token.trim();
        if token.is_empty() || token.contains(char::is_whitespace) {
            return Err(wrong("it must hold the token and nothing else"));
        }
        let mut header =
            HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_odd| wrong("there is no token in it"))?;
        header.set_sensitive(true);
        Ok(header)
    }

    /// Whether somebody else can read the token, in words for a warning.
    #[must_use]
    pub fn exposed(&self) -> Option<String> {
        use std::os::unix::fs::PermissionsExt as _;
        let file = self.token_file.as_ref()?;
        let mode = std::fs::metadata(file).ok()?.permissions().mode();
        let shown = file.display().to_string();
        (mode & 0o077 != 0).then(|| format!("others can read your token: run chmod 600 {}", text::line(&shown)))
    }

    /// The desk as a person calls it: host and port.
    #[must_use]
    pub fn name(&self) -> String {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}", self.url.host_str().unwrap_or_default())
    }

    /// The address of one of its doors.
    #[must_use]
    pub fn door(&self, path: &str) -> String {
        format!("{}/{path}", self.url.as_str().trim_end_matches('/'))
    }

    /// A client that carries the token and `also`, and follows no redirect: a token goes where a person wrote, and
    /// nowhere else.
    ///
    /// # Errors
    /// When a file cannot be read, or holds something else.
    pub fn client(&self, also: &[(HeaderName, &'static str)]) -> Result<Client, NoWay> {
        let token = self.token_file.as_deref().map(Self::token).transpose()?;
        let mut headers: HeaderMap = token.map(|token| (AUTHORIZATION, token)).into_iter().collect();
        headers.extend(also.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))));
        let mut client = Client::builder()
            .default_headers(headers)
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .redirect(reqwest::redirect::Policy::none());
        if let Some(path) = &self.ca_file {
            client = client.tls_certs_merge(certificates(path)?);
        }
        if let Some(path) = &self.certificate_file {
            let identity = Identity::from_pem(&read(path)?).map_err(|error| in_file(path, &error))?;
            client = client.identity(identity);
        }
        Ok(client.build()?)
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, NoWay> {
    let found = Certificate::from_pem_bundle(&read(path)?).map_err(|error| in_file(path, &error))?;
    if found.is_empty() {
        return Err(NoWay::File { path: path.to_owned(), reason: "there is no certificate in it".to_owned() });
    }
    Ok(found)
}

fn read(path: &Path) -> Result<Vec<u8>, NoWay> {
    std::fs::read(path).map_err(|error| NoWay::File { path: path.to_owned(), reason: error.to_string() })
}

fn in_file(path: &Path, error: &reqwest::Error) -> NoWay {
    NoWay::File { path: path.to_owned(), reason: format!("it cannot be used: {error}") }
}

/// What a desk says when the answer is no.
#[derive(Debug, Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    detail: String,
    #[serde(default)]
    title: String,
}

/// A connection to a desk elsewhere, and whether it holds.
pub(super) struct Wire {
    client: Client,
    address: Address,
    run: RunId,
    patience: Duration,
    link: watch::Sender<Link>,
}

impl Wire {
    /// Nothing is sent yet.
    pub(super) fn new(address: Address, run: RunId, patience: Duration) -> Result<Self, NoWay> {
        let client = address.client(&[])?;
        Ok(Self { client, address, run, patience, link: watch::Sender::new(Link::Up) })
    }

    pub(super) fn link(&self) -> &watch::Sender<Link> {
        &self.link
    }

    /// Asks once and reads the answer; the link is what came of it.
    pub(super) async fn ask(&self, question: Question, asked: &Value) -> Result<Value, SeatError> {
        let answer = self.answer(question, asked).await;
        let link = match &answer {
            Err(SeatError::Away { why, .. }) => Link::Away { why: why.clone() },
            Err(SeatError::SignedOut(why)) => Link::SignedOut { why: why.clone() },
            Ok(_)
            | Err(
                SeatError::NotAllowed(_)
                | SeatError::Gone(_)
                | SeatError::Failed(_)
                | SeatError::TooMuch(_)
                | SeatError::Store(_),
            ) => Link::Up,
        };
        self.link.send_if_modified(|now| {
            let is_news = std::mem::discriminant(now) != std::mem::discriminant(&link);
            if is_news {
                *now = link;
            }
            is_news
        });
        answer
    }

    async fn answer(&self, question: Question, asked: &Value) -> Result<Value, SeatError> {
        let request = self
            .client
            .post(self.address.door(&format!("seat/{}", question.as_str())))
            .header(CONTENT_TYPE, "application/json")
            .header(RUN, self.run.as_str())
            .timeout(self.patience)
            .body(asked.to_string());
        let response = request.send().await.map_err(|error| away(&error))?;
        let status = response.status();
        if status.is_success() {
            let bytes = bounded(response, MOST_BYTES).await?;
            return serde_json::from_slice(&bytes).map_err(|error| SeatError::Failed(nonsense(&error.to_string())));
        }
        let is_from_desk = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
        let refusal = bounded(response, MOST_REFUSAL).await?;
        let refusal: Refusal = serde_json::from_slice(&refusal).unwrap_or_default();
        Err(refused(status, is_from_desk, &refusal))
    }
}

/// A refusal, by what the person can do.
fn refused(status: StatusCode, is_from_desk: bool, refusal: &Refusal) -> SeatError {
    let words = if refusal.detail.is_empty() { &refusal.title } else { &refusal.detail };
    let words = if words.is_empty() { status.to_string() } else { text::short(words, 500) };
    match status {
        StatusCode::UNAUTHORIZED => {
            SeatError::SignedOut("your token is not taken: expired, revoked or wrong".to_owned())
        }
        StatusCode::FORBIDDEN => SeatError::NotAllowed(words),
        StatusCode::NOT_FOUND if !is_from_desk => {
            SeatError::Failed("there is no countersign desk at that address".to_owned())
        }
        StatusCode::NOT_FOUND | StatusCode::CONFLICT | StatusCode::GONE => SeatError::Gone(words),
        StatusCode::UNPROCESSABLE_ENTITY => SeatError::TooMuch(words),
        // Something stands between the desk and whoever asks, or between it and its database.
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => {
            SeatError::Away { why: words, asked: true }
        }
        _ => SeatError::Failed(words),
    }
}

/// No answer, or half of one.
fn away(error: &reqwest::Error) -> SeatError {
    let why = if error.is_timeout() { "no answer in time".to_owned() } else { text::bottom(error) };
    // Before there is a connection nothing was said.
    SeatError::Away { why, asked: !(error.is_connect() || error.is_builder()) }
}

fn nonsense(why: &str) -> String {
    format!("the desk's answer cannot be read: {}", text::short(why, 300))
}

async fn bounded(mut response: Response, most: usize) -> Result<Vec<u8>, SeatError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| away(&error))? {
        if bytes.len() + chunk.len() > most {
            return Err(SeatError::Failed(format!("the desk's answer is larger than {} MiB", most / 1024 / 1024)));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_in_clear_to_this_machine_only() {
        for (address, in_clear, expect) in [
            ("https://desk.example.com", false, Ok("desk.example.com")),
            ("https://desk.example.com:8425/support/", false, Ok("desk.example.com:8425")),
            ("http://127.0.0.1:8425", false, Ok("127.0.0.1:8425")),
            ("http://localhost:8425", false, Ok("localhost:8425")),
            ("http://[::1]:8425", false, Ok("[::1]:8425")),
            ("http://desk.example.com", true, Ok("desk.example.com")),
            ("http://desk.example.com", false, Err("--insecure-http")),
            ("http://127.0.0.1.evil.example", false, Err("--insecure-http")),
            ("http://localhost@evil.example", false, Err("--insecure-http")),
            ("https://maya:secret@desk.example.com", false, Err("--token-file")),
            ("https://desk.example.com/?token=x", false, Err("--token-file")),
            ("ftp://desk.example.com", true, Err("neither https://")),
            ("desk.example.com", false, Err("is no address")),
        ] {
            let name = |url| Address { url, token_file: None, ca_file: None, certificate_file: None }.name();
            match (Address::parse(address, in_clear).map(name), expect) {
                (Ok(name), Ok(expect)) => assert_eq!(name, expect, "{address}"),
                (Err(error), Err(expect)) => assert!(error.to_string().contains(expect), "{address}: {error}"),
                (parsed, _) => panic!("{address}: {parsed:?}"),
            }
        }
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let refusal = Refusal { detail: "a viewer\u{1b}[2K may not".to_owned(), title: String::new() };
        let words = |status| refused(status, true, &refusal);
        assert!(matches!(words(StatusCode::FORBIDDEN), SeatError::NotAllowed(words) if words.contains("<U+001B>")));
        assert!(matches!(words(StatusCode::UNAUTHORIZED), SeatError::SignedOut(_)));
        assert!(matches!(words(StatusCode::NOT_FOUND), SeatError::Gone(_)));
        assert!(matches!(refused(StatusCode::NOT_FOUND, false, &refusal), SeatError::Failed(_)));
        for away in [StatusCode::BAD_GATEWAY, StatusCode::SERVICE_UNAVAILABLE] {
            assert!(matches!(words(away), SeatError::Away { asked: true, .. }));
        }
    }
}
