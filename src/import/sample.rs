//! The sample desk: what a new user sees first, with its times moved to now.

use jiff::{SignedDuration, Timestamp};

use crate::domain::actor::{Principal, Role};
use crate::domain::article::Article;
use crate::domain::intake::{Intake, NewTicket};
use crate::import::{generate, read_carried};
use crate::store::{Origin, Store, StoreError};

/// The moment at which the sample's times are right.
const WRITTEN_AT: &str = "2026-11-23T09:00:00Z";
/// Customers and knowledge before the tickets that name them.
const FILES: [&str; 6] = [
    include_str!("../../assets/sample/customers.jsonl"),
    include_str!("../../assets/sample/articles.jsonl"),
    include_str!("../../assets/sample/canned.jsonl"),
    include_str!("../../assets/sample/tickets_a.jsonl"),
    include_str!("../../assets/sample/tickets_b.jsonl"),
    include_str!("../../assets/sample/tickets_c.jsonl"),
];
const PEOPLE: [(&str, &str, Role); 5] = [
    ("maya", "Maya Lindqvist", Role::Agent),
    ("tom", "Tom Okafor", Role::Agent),
    ("priya", "Priya Raman", Role::Agent),
    ("jonas", "Jonas Vogel", Role::Agent),
    ("lena", "Lena Marchetti", Role::Supervisor),
];

/// Fills a new desk.
///
/// # Errors
/// When the store fails.
pub async fn fill(store: &dyn Store) -> Result<(), StoreError> {
    for (id, name, role) in PEOPLE {
        let id = id.parse().map_err(|e: crate::domain::ids::BadId| StoreError::Failed(e.to_string()))?;
        store.save_person(&Principal { id, role }, name).await?;
    }
    let now = crate::clock::now();
    let mut rows = Vec::new();
    for file in FILES {
        let reading = read_carried(file, now);
        if let Some(bad) = reading.bad.first() {
            return Err(StoreError::Failed(format!("the sample desk, line {}: {}", bad.line, bad.reason)));
        }
        rows.extend(reading.rows.into_iter().map(|row| moved(row, now)));
    }
    store.import(rows, Origin::Sample, generate::event("sample", now)).await.map(|_| ())
}

/// The articles of the sample desk.
#[must_use]
pub fn articles() -> Vec<Article> {
    let rows = FILES.iter().flat_map(|file| read_carried(file, Timestamp::UNIX_EPOCH).rows);
    let article = |row| match row {
        Intake::Article(article) => Some(article),
        Intake::Ticket(_) | Intake::Customer(_) | Intake::Canned(_) => None,
    };
    rows.filter_map(article).collect()
}

/// Moves the times of a ticket, so that what was an hour ago is an hour ago.
fn moved(row: Intake, now: Timestamp) -> Intake {
    let Intake::Ticket(mut ticket) = row else { return row };
    let written: Timestamp = WRITTEN_AT.parse().unwrap_or(now);
    let by = now.duration_since(written);
    move_ticket(&mut ticket, by);
    Intake::Ticket(ticket)
}

fn move_ticket(ticket: &mut NewTicket, by: SignedDuration) {
    let later = |at: Timestamp| at.checked_add(by).unwrap_or(at);
    ticket.created_at = later(ticket.created_at);
    ticket.due_at = ticket.due_at.map(later);
    for message in &mut ticket.messages {
        message.at = later(message.at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_sample_is_good_and_there_is_enough_of_each() {
        let now = WRITTEN_AT.parse().unwrap();
        let readings: Vec<_> = FILES.iter().map(|file| read_carried(file, now)).collect();
        let counts: Vec<_> = readings.iter().map(|reading| reading.rows.len()).collect();
        assert!(readings.iter().all(|reading| reading.bad.is_empty()), "{:?}", readings[0].bad);
        assert!(counts[0] >= 40 && counts[1] >= 60 && counts[2] >= 20 && counts[3] + counts[4] >= 120, "{counts:?}");
    }
}
