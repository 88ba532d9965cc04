//! Where rows are gathered while files are read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::intake::{BadRow, Intake};
use crate::domain::text;
use crate::import::limits::{REASON, Reason};
use crate::import::mail::Mail;
use crate::import::map::Map;
use crate::import::{Reading, thread};

/// What has been read so far, and what every reader needs to know.
pub(super) struct Basket<'a> {
    /// The map of the import, if one was given.
    pub(super) map: Option<&'a Map>,
    /// The time of what has none.
    pub(super) default_time: Timestamp,
    /// How many rows were made by a map, bad ones too.
    pub(super) count: usize,
    reading: Reading,
    mails: Vec<Mail>,
    file: Option<String>,
    left_out: BTreeSet<String>,
    article_ids: BTreeMap<String, String>,
}

impl<'a> Basket<'a> {
    /// An empty one.
    pub(super) fn new(map: Option<&'a Map>, default_time: Timestamp) -> Self {
        Self {
            map,
            default_time,
            count: 0,
            reading: Reading::default(),
            mails: Vec::new(),
            file: None,
            left_out: BTreeSet::new(),
            article_ids: BTreeMap::new(),
        }
    }

    /// Names the file of a folder that is read now; reasons begin with it.
    pub(super) fn in_file(&mut self, name: Option<&str>) {
        self.file = name.map(|name| text::short(name, 120));
    }

    /// Keeps a row, or what is wrong with it.
    pub(super) fn put(&mut self, line: usize, row: Result<Intake, Reason>) {
        match row {
            Ok(row) => self.reading.rows.push(row),
            Err(reason) => self.bad(line, &reason),
        }
    }

    /// Keeps a mail until all are there, or what is wrong with it.
    pub(super) fn put_mail(&mut self, line: usize, mail: Result<Mail, Reason>) {
        match mail {
            Ok(mail) => self.mails.push(mail),
            Err(reason) => self.bad(line, &reason),
        }
    }

    /// Keeps a bad row.
    pub(super) fn bad(&mut self, line: usize, reason: &str) {
        let reason = text::short(&self.located(reason), REASON);
        self.reading.bad.push(BadRow { line, reason });
    }

    /// Names something that was left out, once.
    pub(super) fn skip(&mut self, what: &str) {
        let what = text::short(&self.located(what), REASON);
        if self.left_out.insert(what.clone()) {
            self.reading.skipped.push(what);
        }
    }

    /// Takes an article's id, numbered when a different name has come out as the same id.
    pub(super) fn take_article_id(&mut self, name: &str, id: &str) -> Result<String, Reason> {
        let free = (1..).map(|n| if n == 1 { id.to_owned() } else { format!("{id}-{n}") });
        for candidate in free {
            match self.article_ids.get(&candidate) {
                Some(owner) if owner == name => return Err(format!("the id `{}` stands twice", text::short(name, 80))),
                Some(_) => {}
                None => {
                    self.article_ids.insert(candidate.clone(), name.to_owned());
                    return Ok(candidate);
                }
            }
        }
        Err("no id is left".into())
    }

    /// Joins the mails to tickets and hands everything over.
    pub(super) fn into_reading(mut self) -> Reading {
        let threads = thread::tickets(std::mem::take(&mut self.mails));
        if threads.copies > 0 {
            self.skip(&format!("{} copies of mails that are already there", threads.copies));
        }
        self.reading.rows.extend(threads.tickets.into_iter().map(|ticket| Intake::Ticket(Box::new(ticket))));
        self.reading
    }

    fn located(&self, what: &str) -> String {
        self.file.as_ref().map_or_else(|| what.to_owned(), |file| format!("{file}: {what}"))
    }
}
