//! HTTP/1.1 as a load generator needs it: one kept connection, one request at a time, no more work than reading.

use std::io;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// A connection to the server.
pub(super) struct Wire {
    stream: BufReader<TcpStream>,
    line: String,
    /// The status of the last answer.
    pub(super) status: u16,
    /// The session that it names.
    pub(super) session: Option<String>,
    /// Its body.
    pub(super) body: Vec<u8>,
}

/// How a body ends.
enum Length {
    Known(usize),
    Chunked,
}

impl Wire {
    /// Connects.
    pub(super) async fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let stream = BufReader::with_capacity(16 * 1024, stream);
        Ok(Self { stream, line: String::new(), status: 0, session: None, body: Vec::new() })
    }

    /// Sends a request and reads the whole answer.
    pub(super) async fn ask(&mut self, request: &str) -> io::Result<()> {
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        match self.head().await? {
            Length::Known(length) => {
                self.body.resize(length, 0);
                self.stream.read_exact(&mut self.body).await?;
            }
            Length::Chunked => self.chunks().await?,
        }
        Ok(())
    }

    async fn head(&mut self) -> io::Result<Length> {
        let status = self.read_line().await?.split(' ').nth(1).and_then(|status| status.parse().ok());
        self.status = status.ok_or_else(|| io::Error::other("no status"))?;
        (self.session, self.body) = (None, std::mem::take(&mut self.body));
        self.body.clear();
        let mut length = Length::Known(0);
        loop {
            let line = self.read_line().await?;
            let Some((name, value)) = line.split_once(':') else { return Ok(length) };
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                length = Length::Known(value.parse().map_err(io::Error::other)?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                length = Length::Chunked;
            } else if name.eq_ignore_ascii_case("mcp-session-id") {
                self.session = Some(value.to_owned());
            }
        }
    }

    async fn chunks(&mut self) -> io::Result<()> {
        loop {
            let size = usize::from_str_radix(self.read_line().await?, 16).map_err(io::Error::other)?;
            let from = self.body.len();
            self.body.resize(from + size, 0);
            self.stream.read_exact(&mut self.body[from..]).await?;
            self.read_line().await?;
            if size == 0 {
                return Ok(());
            }
        }
    }

    async fn read_line(&mut self) -> io::Result<&str> {
        self.line.clear();
        if self.stream.read_line(&mut self.line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(self.line.trim_end())
    }

    /// Whether the answer has this in its body.
    pub(super) fn says(&self, words: &str) -> bool {
        self.body.windows(words.len().max(1)).any(|part| part == words.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_of_either_kind_are_read_to_their_end_on_one_connection() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 4];
            for answer in [
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nMcp-Session-Id: s1\r\n\r\nhello",
                "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n",
                "HTTP/1.1 204 No Content\r\n\r\n",
            ] {
                stream.read_exact(&mut asked).await.unwrap();
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let mut wire = Wire::open(&address).await.unwrap();
        for (status, session, body) in [(200, Some("s1"), "hello"), (202, None, "hello, world"), (204, None, "")] {
            wire.ask("ask\n").await.unwrap();
            assert_eq!((wire.status, wire.session.as_deref(), &wire.body[..]), (status, session, body.as_bytes()));
        }
        assert!(!wire.says("hello"));
        server.await.unwrap();
        assert!(wire.ask("ask\n").await.is_err(), "a connection that was closed is no answer");
    }
}
