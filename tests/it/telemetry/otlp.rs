//! A small collector: takes traces over OTLP (http/protobuf) and reads of them what the tests ask for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use countersign::domain::canonical::hex;

/// One span as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) name: String,
    /// 2 server, 3 client.
    pub(crate) kind: u64,
    pub(crate) attributes: BTreeMap<String, String>,
}

#[derive(Clone, Default)]
pub(crate) struct Collector {
    spans: Arc<Mutex<Vec<Span>>>,
    /// Everything that arrived, as it came.
    raw: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    /// Starts it; its address.
    pub(crate) async fn start() -> (Self, String) {
        let collector = Self::default();
        let routes = Router::new().route("/v1/traces", post(take)).with_state(collector.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (collector, address)
    }

    /// The spans, once there is one of each name.
    pub(crate) async fn spans(&self, names: &[&str]) -> Vec<Span> {
        let since = Instant::now();
        loop {
            let spans = self.spans.lock().unwrap().clone();
            if names.iter().all(|name| spans.iter().any(|span| span.name == *name)) {
                return spans;
            }
            let there: Vec<_> = spans.iter().map(|span| &span.name).collect();
            assert!(since.elapsed() < Duration::from_mins(1), "never: {names:?} among {there:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Everything that arrived, as it came.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.raw.lock().unwrap().clone()
    }
}

async fn take(State(collector): State<Collector>, body: Bytes) {
    collector.raw.lock().unwrap().extend_from_slice(&body);
    let request = Message::read(&body);
    let scopes = request.messages(1).flat_map(|resource| resource.messages(2).collect::<Vec<_>>());
    let spans = scopes.flat_map(|scope| scope.messages(2).map(|span| Span::of(&span)).collect::<Vec<_>>());
    collector.spans.lock().unwrap().extend(spans);
}

impl Span {
    fn of(span: &Message<'_>) -> Self {
        let attribute = |pair: Message<'_>| {
            let value = pair.messages(2).next().unwrap();
            let number = value.number(3).or(value.number(2)).map(|number| number.to_string());
            (pair.text(1), number.unwrap_or_else(|| value.text(1)))
        };
        Self {
            trace: hex(span.bytes(1)),
            id: hex(span.bytes(2)),
            parent: hex(span.bytes(4)),
            name: span.text(5),
            kind: span.number(6).unwrap_or(0),
            attributes: span.messages(9).map(attribute).collect(),
        }
    }
}

/// A protobuf message: numbers and bytes by field.
struct Message<'a> {
    numbers: Vec<(u64, u64)>,
    parts: Vec<(u64, &'a [u8])>,
}

impl<'a> Message<'a> {
    fn read(mut bytes: &'a [u8]) -> Self {
        let mut message = Self { numbers: Vec::new(), parts: Vec::new() };
        while !bytes.is_empty() {
            let tag = varint(&mut bytes);
            match tag & 7 {
                0 => message.numbers.push((tag >> 3, varint(&mut bytes))),
                1 => bytes = &bytes[8..],
                2 => {
                    let length = usize::try_from(varint(&mut bytes)).unwrap();
                    message.parts.push((tag >> 3, &bytes[..length]));
                    bytes = &bytes[length..];
                }
                5 => bytes = &bytes[4..],
                wire => panic!("no wire type {wire}"),
            }
        }
        message
    }

    fn number(&self, field: u64) -> Option<u64> {
        self.numbers.iter().find(|(f, _)| *f == field).map(|(_, number)| *number)
    }

    fn bytes(&self, field: u64) -> &'a [u8] {
        self.parts.iter().find(|(f, _)| *f == field).map_or(&[], |(_, bytes)| bytes)
    }

    fn text(&self, field: u64) -> String {
        String::from_utf8(self.bytes(field).to_vec()).unwrap()
    }

    fn messages(&self, field: u64) -> impl Iterator<Item = Message<'a>> {
        self.parts.iter().filter(move |(f, _)| *f == field).map(|(_, bytes)| Message::read(bytes))
    }
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    number
}
