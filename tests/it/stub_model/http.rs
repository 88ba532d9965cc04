//! As much of HTTP/1.1 as a provider needs, with every fault of [`Behave`] on top.

use std::fmt::Write;
use std::io;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Behave, Recorded};

/// An answer on its way out.
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) headers: Vec<(String, String)>,
    /// The body in the pieces that are sent one by one.
    pub(super) events: Vec<Vec<u8>>,
    /// Chunked, one chunk for each event, rather than with a length.
    pub(super) streamed: bool,
    pub(super) behave: Behave,
}

impl Response {
    /// For a path that is none of the provider's.
    pub(super) fn missing() -> Self {
        Self {
            status: 404,
            content_type: "application/json".into(),
            headers: Vec::new(),
            events: vec![br#"{"error":{"message":"no such endpoint","type":"not_found_error"}}"#.to_vec()],
            streamed: false,
            behave: Behave::default(),
        }
    }

    /// Status line and headers.
    fn head(&self) -> String {
        let reason = if self.status < 400 { "OK" } else { "Error" };
        let mut head = format!("HTTP/1.1 {} {reason}\r\nconnection: close\r\n", self.status);
        if !self.content_type.is_empty() {
            let _ = write!(head, "content-type: {}\r\n", self.content_type);
        }
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if self.chunked() {
            head.push_str("transfer-encoding: chunked\r\n\r\n");
        } else {
            let length = i64::try_from(self.events.iter().map(Vec::len).sum::<usize>()).unwrap();
            let _ = write!(head, "content-length: {}\r\n\r\n", length + self.behave.content_length_lies.unwrap_or(0));
        }
        head
    }

    /// A length that lies needs to be there first.
    fn chunked(&self) -> bool {
        let asked = self.streamed || self.behave.endless_body || self.behave.chunked_bad;
        asked && self.behave.content_length_lies.is_none()
    }

    /// One event as it stands on the wire.
    fn frame(&self, event: &[u8]) -> Vec<u8> {
        if self.behave.http09 || !self.chunked() {
            return event.to_vec();
        }
        let size = if self.behave.chunked_bad { "zz-1".into() } else { format!("{:x}", event.len()) };
        [size.as_bytes(), b"\r\n", event, b"\r\n"].concat()
    }
}

/// Reads one request with a `Content-Length`, or none and no body.
pub(super) async fn read(stream: &mut TcpStream) -> io::Result<Recorded> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let mut first = lines.next().unwrap_or("").split(' ');
    let (method, path) = (first.next().unwrap_or("").to_owned(), first.next().unwrap_or("").to_owned());
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    while bytes.len() < head + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let body = serde_json::from_slice(&bytes[head..head + length]).unwrap_or(Value::Null);
    let raw = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Recorded { method, path, headers, body, raw, at: Instant::now() })
}

/// Cuts a body where its events end; a body that is no stream stays in one piece.
pub(super) fn events(content_type: &str, body: &[u8]) -> Vec<Vec<u8>> {
    let end: &[u8] = match content_type.split(';').next().unwrap_or("").trim() {
        "text/event-stream" => b"\n\n",
        "application/x-ndjson" => b"\n",
        _ => return vec![body.to_vec()],
    };
    let (mut events, mut from) = (Vec::new(), 0);
    while let Some(at) = body[from..].windows(end.len()).position(|window| window == end) {
        events.push(body[from..from + at + end.len()].to_vec());
        from += at + end.len();
    }
    if from < body.len() {
        events.push(body[from..].to_vec());
    }
    events
}

/// Sends the answer the way it is to behave.
pub(super) async fn write(stream: TcpStream, mut response: Response) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let behave = response.behave.clone();
    let mut pipe = Pipe { stream, drip: behave.drip_bytes_per_s, left: behave.reset_after_bytes };
    if behave.hang_before_headers {
        return pipe.wait().await;
    }
    if let Some(count) = behave.truncate_after_events {
        response.events.truncate(count);
    }
    if behave.http09 {
        if response.events.iter().all(Vec::is_empty) {
            response.events = vec![b"a body, and nothing before it\n".to_vec()];
        }
    } else {
        pipe.send(response.head().as_bytes()).await?;
    }
    for (n, event) in response.events.iter().enumerate() {
        if behave.stall_after_events == Some(n) {
            return pipe.wait().await;
        }
        // An empty chunk would be the last one.
        if !event.is_empty() || behave.chunked_bad {
            pipe.send(&response.frame(event)).await?;
        }
    }
    if behave.stall_after_events.is_some_and(|after| after >= response.events.len()) {
        return pipe.wait().await;
    }
    if behave.endless_body {
        let events = response.content_type.starts_with("text/event-stream");
        let more = response.frame(&if events { b": and on\n\n".repeat(800) } else { b" ".repeat(8000) });
        loop {
            pipe.send(&more).await?;
        }
    }
    if response.chunked() && !behave.chunked_bad && !behave.http09 {
        pipe.send(b"0\r\n\r\n").await?;
    }
    pipe.stream.shutdown().await
}

/// The connection, at the speed and with the length it is given.
struct Pipe {
    stream: TcpStream,
    drip: Option<u32>,
    /// Bytes until the reset.
    left: Option<usize>,
}

impl Pipe {
    /// Sends all of it, or what the reset leaves of it.
    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let fits = self.left.map_or(bytes.len(), |left| left.min(bytes.len()));
        let Some(rate) = self.drip else {
            self.stream.write_all(&bytes[..fits]).await?;
            return self.spend(fits).await;
        };
        // The timer ticks in milliseconds: byte by byte up to a thousand of them in a second.
        let rate = rate.max(1);
        let (step, pause) = (rate.div_ceil(1000) as usize, Duration::from_secs(1) / rate.min(1000));
        for few in bytes[..fits].chunks(step) {
            self.stream.write_all(few).await?;
            tokio::time::sleep(pause).await;
        }
        self.spend(fits).await
    }

    /// Counts what was sent, and resets the connection once that was enough.
    async fn spend(&mut self, count: usize) -> io::Result<()> {
        let Some(left) = &mut self.left else { return Ok(()) };
        *left -= count;
        if *left > 0 {
            return Ok(());
        }
        // A reset throws away what has not left yet.
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.stream.set_zero_linger()?;
        Err(io::ErrorKind::ConnectionReset.into())
    }

    /// Not a byte more; over when the client goes away.
    async fn wait(&mut self) -> io::Result<()> {
        let mut ignored = [0; 512];
        while self.stream.read(&mut ignored).await? > 0 {}
        Ok(())
    }
}
