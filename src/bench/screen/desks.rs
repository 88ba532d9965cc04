//! Desks made for measuring, and mailboxes with the same messages.

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use vt100::Screen;

use crate::app::{self, Fill};
use crate::bench::screen::{Effort, SIZE};
use crate::domain::intake::{Intake, NewTicket};
use crate::domain::ticket::Message;
use crate::import::generate;
use crate::store::{Origin, Store};

/// Bytes of a long thread, and of one of its messages.
const THREAD: usize = 1_000_000;
const MESSAGE: usize = 10_000;
/// Rows of the list that make a screen a list.
const ROWS: usize = 10;

/// A desk, and the mailbox beside it.
pub(super) struct Made {
    pub(super) tickets: u32,
    /// So many more have a long thread; they head the queue.
    pub(super) long: usize,
    pub(super) desk: PathBuf,
    pub(super) mailbox: PathBuf,
}

/// Makes a desk, with its articles embedded, and its mailbox.
pub(super) async fn make(dir: &Path, tickets: u32, effort: Effort) -> color_eyre::Result<Made> {
    let (desk, mailbox) = (dir.join(format!("{tickets}.db")), dir.join(format!("{tickets}.mbox")));
    let now = crate::clock::now();
    let store = app::open_desk(&desk, Fill::Nothing).await?;
    generate::fill(store.as_ref(), tickets).await?;
    generate::articles(store.as_ref(), effort.articles).await?;
    let long = (0..effort.threads).map(|n| Intake::Ticket(Box::new(long_ticket(n, now)))).collect();
    store.import(long, Origin::File, generate::event("generate", now)).await?;
    while store.has_unread_articles()? {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    store.flush().await?;
    let mut file = BufWriter::new(std::fs::File::create(&mailbox)?);
    (0..tickets).try_for_each(|n| file.write_all(mail(n, &generate::ticket(n, now)).as_bytes()))?;
    file.flush()?;
    Ok(Made { tickets, long: effort.threads, desk, mailbox })
}

/// Whether rows of the list are on the screen: every subject begins with `My`.
pub(super) fn lists(screen: &Screen) -> bool {
    shows_rows(screen, "My ")
}

/// Whether rows of the sample desk are on the screen, with their numbers.
pub(super) fn lists_sample(screen: &Screen) -> bool {
    shows_rows(screen, " T-")
}

fn shows_rows(screen: &Screen, with: &str) -> bool {
    screen.rows(0, SIZE.0).filter(|row| row.contains(with)).count() >= ROWS
}

/// What the screen shows of long ticket `n` and of no other.
pub(super) fn story(n: usize) -> String {
    format!("This belongs to story {n}")
}

/// Its answer has been owed for a year: it heads the queue.
fn long_ticket(n: usize, now: Timestamp) -> NewTicket {
    let usual = generate::ticket(u32::try_from(n).unwrap_or(0), now);
    let messages =
        (0..THREAD / MESSAGE).flat_map(|at| usual.messages.iter().map(move |usual| long_message(usual, n, at)));
    NewTicket {
        external_id: format!("long-{n}"),
        due_at: now.checked_sub(SignedDuration::from_hours(24 * 365)).ok(),
        messages: messages.collect(),
        ..usual
    }
}

fn long_message(usual: &Message, n: usize, at: usize) -> Message {
    let mut body = format!("{}.\n", story(n));
    while body.len() < MESSAGE {
        let paragraph = body.len() / 500;
        // A string takes everything.
        let _ = writeln!(body, "{} This is paragraph {paragraph} of message {at}.\n", usual.body);
    }
    Message { body, ..usual.clone() }
}

/// A ticket as a message of a mailbox.
fn mail(n: u32, ticket: &NewTicket) -> String {
    ticket.messages.iter().fold(String::new(), |mut mail, message| {
        let (at, day) =
            (message.at.strftime("%a, %d %b %Y %H:%M:%S +0000"), message.at.strftime("%a %b %e %H:%M:%S %Y"));
        let address = format!("c{n}@mailbox.example");
        let _ = write!(
            mail,
            "From {address} {day}\nFrom: {} <{address}>\nTo: desk@mailbox.example\nSubject: {}\nDate: {at}\n\
             Message-ID: <{n}@mailbox.example>\nContent-Type: text/plain; charset=utf-8\n\n{}\n\n",
            message.name, ticket.subject, message.body
        );
        mail
    })
}
