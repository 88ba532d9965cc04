//! Keeping the indexes quick: tidying them, and writing many tickets at once.

use rusqlite::Connection;

/// The triggers that index new tickets and messages row by row.
const ROW_BY_ROW: [&str; 2] = ["tickets_indexed", "messages_indexed"];
const NEW_TICKETS: &str = "INSERT INTO ticket_words (rowid, text)
    SELECT n << 20, subject || ' ' || customer_name FROM tickets WHERE n > ?1";
const NEW_TICKETS_GRAMS: &str = "INSERT INTO ticket_grams (rowid, text)
    SELECT n << 20, subject || char(10) || customer_name || char(10, 10) FROM tickets, unspaced
    WHERE n > ?1 AND subject || customer_name GLOB pattern";
const NEW_MESSAGES: &str = "INSERT INTO ticket_words (rowid, text)
    SELECT (tickets.n << 20) + position + 1, substr(body, 1, 20000)
    FROM messages JOIN tickets ON tickets.id = ticket_id WHERE messages.n > ?1 AND position < 1048575";
const NEW_MESSAGES_GRAMS: &str = "INSERT INTO ticket_grams (rowid, text)
    SELECT (tickets.n << 20) + position + 1, substr(body, 1, 20000) || char(10, 10)
    FROM messages JOIN tickets ON tickets.id = ticket_id, unspaced
    WHERE messages.n > ?1 AND position < 1048575 AND substr(body, 1, 20000) GLOB pattern";

/// A promise to index the tickets and messages that are written from here on, all together.
///
/// Begin and [`settle`](Self::settle) in one transaction: if it rolls back, the triggers are as they were.
#[derive(Debug)]
#[must_use = "what is written until `settle` cannot be found"]
pub struct Deferred {
    triggers: Vec<String>,
    last_ticket: i64,
    last_message: i64,
}

impl Deferred {
    /// Stops indexing row by row, which costs more than the rows themselves when there are many.
    ///
    /// # Errors
    /// When the database fails.
    pub fn begin(conn: &Connection) -> rusqlite::Result<Self> {
        let last = |table: &str| {
            conn.query_row(&format!("SELECT coalesce(max(n), 0) FROM {table}"), [], |row| row.get::<_, i64>(0))
        };
        let mut deferred =
            Self { triggers: Vec::new(), last_ticket: last("tickets")?, last_message: last("messages")? };
        for name in ROW_BY_ROW {
            let sql = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?1";
            deferred.triggers.push(conn.query_row(sql, [name], |row| row.get(0))?);
            conn.execute_batch(&format!("DROP TRIGGER {name}"))?;
        }
        Ok(deferred)
    }

    /// Indexes what was written and goes back to indexing row by row.
    ///
    /// # Errors
    /// When the database fails; roll back then.
    pub fn settle(self, conn: &Connection) -> rusqlite::Result<()> {
        conn.execute(NEW_TICKETS, [self.last_ticket])?;
        conn.execute(NEW_TICKETS_GRAMS, [self.last_ticket])?;
        conn.execute(NEW_MESSAGES, [self.last_message])?;
        conn.execute(NEW_MESSAGES_GRAMS, [self.last_message])?;
        self.triggers.iter().try_for_each(|sql| conn.execute_batch(sql))
    }
}

/// Brings the article indexes into one piece each, which halves the time of a search; for after an import of articles.
///
/// # Errors
/// When the database fails.
pub fn tidy_articles(conn: &Connection) -> rusqlite::Result<()> {
    ["article_titles", "article_bodies", "article_grams"]
        .iter()
        .try_for_each(|table| conn.execute_batch(&format!("INSERT INTO {table} ({table}) VALUES ('optimize')")))
}
