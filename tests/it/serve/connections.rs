//! Clients that are slow, silent or gone.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::served::{PATIENCE, Reply, Served, request};

/// Reads until the other side hangs up; what it said.
fn until_closed(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    // A reset is a way to hang up.
    let _ = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn who_never_finishes_saying_what_they_want_is_hung_up_on() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::start(home.path(), &[]);
    let since = Instant::now();
    let half = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
    let mut dripping = served.connect();
    dripping.write_all(half.as_bytes()).unwrap();
    let mut drop_by_drop = dripping.try_clone().unwrap();
    std::thread::spawn(move || {
        // Until the other side has had enough; a drop now and then must not buy more time.
        while since.elapsed() < PATIENCE && drop_by_drop.write_all(b"a").is_ok() {
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    until_closed(&mut dripping);
    assert!(since.elapsed() < PATIENCE, "still open after {:?}", since.elapsed());
}

#[test]
fn two_hundred_silent_connections_keep_nobody_waiting() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::start(home.path(), &[]);
    let silent: Vec<_> = (0..200).map(|_| served.connect()).collect();
    assert_eq!(served.ask("GET", "/healthz", "", None).status, 200);
    assert_eq!(served.ask("GET", "/readyz", "", None).status, 200);
    drop(silent);
}

#[test]
fn a_client_that_goes_away_in_the_middle_harms_nobody() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::start(home.path(), &[]);
    for cut in [1, 20, 80] {
        let whole = request("POST", "/tickets/T-1/actions/update", "none", "{}");
        served.connect().write_all(&whole.as_bytes()[..cut]).unwrap();
    }
    assert_eq!(served.ask("GET", "/healthz", "", None).status, 200);
}

#[test]
fn what_is_no_http_is_answered_with_a_refusal_or_the_line_goes_dead() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::start(home.path(), &[]);
    let long = format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "a".repeat(200_000));
    for garbage in ["\r\n\r\n\r\n", "\0\0\0\0", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", long.as_str()] {
        let mut stream = served.connect();
        // The other side may have hung up before it has all of it.
        let _ = stream.write_all(garbage.as_bytes());
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let said = until_closed(&mut stream);
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
    }
    assert_eq!(served.ask("GET", "/healthz", "", None).status, 200);
}

#[test]
fn two_requests_on_one_connection_are_answered_in_turn() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::start(home.path(), &[]);
    let mut stream = served.connect();
    let kept = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(format!("{kept}{}", request("GET", "/readyz", "", "")).as_bytes()).unwrap();
    let said = Reply::read(&mut stream);
    assert_eq!((said.status, said.body.matches("200 OK").count()), (200, 1), "{said:?}");
}
