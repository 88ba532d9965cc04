//! What a person has written and not sent, in files: one a desk and ticket, for the user's eyes only.
//!
//! - A file is whole or not there; it outlives a crash of the program and of the machine.
//! - What is asked for is done in that order, so that an older text never takes the place of a newer one.
//! - A file that cannot be read is put aside and never written over; neither is what another window wrote meanwhile.
//! - It is the only place: what a person has begun is theirs, and a desk may be shared, far away, or not writable.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc as queue;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::domain::ids::TicketId;
use crate::domain::ticket::Visibility;
use crate::seat::{Seat, SeatError};
use crate::tui::answered::answered;
use crate::tui::events::{Answer, Failure, Msg, RequestId, Written};
use crate::tui::runtime::mistaken;
use crate::tui::{fault, private};

/// What can be asked of the drafts.
#[derive(Debug)]
pub(super) enum Job {
    Load(TicketId),
    Save(TicketId, Written),
    /// What was sent, unless it is another text by now.
    Forget(TicketId, Visibility, String),
}

impl Job {
    fn what(&self) -> &'static str {
        match self {
            Self::Load(_) => "load the draft",
            Self::Save(..) => "save the draft",
            Self::Forget(..) => "forget the draft that was sent",
        }
    }
}

/// The drafts of a person on a desk.
#[derive(Debug)]
pub(crate) struct Drafts {
    dir: PathBuf,
    /// What an older version kept in the desk, and could not be moved into a file.
    unmoved: BTreeMap<TicketId, String>,
    /// What this window read or wrote last.
    known: BTreeMap<TicketId, Written>,
}

/// A file as it lies there.
#[derive(Debug, Serialize, Deserialize)]
struct Paper {
    ticket: TicketId,
    saved_at: jiff::Timestamp,
    #[serde(flatten)]
    written: Written,
}

impl Drafts {
    pub(crate) fn at(dir: PathBuf) -> Self {
        Self { dir, unmoved: BTreeMap::new(), known: BTreeMap::new() }
    }

    /// Opens the drafts for a desk; those that an older version kept in it are moved into files.
    ///
    /// # Errors
    /// When the desk cannot be read.
    pub(crate) async fn of(state: &Path, desk: &str, seat: &dyn Seat) -> Result<Self, SeatError> {
        let mut drafts = Self::at(state.join("drafts").join(desk));
        for (ticket, reply) in seat.old_drafts().await? {
            let written = Written { reply: reply.clone(), ..Written::default() };
            let moved = drafts.path(&ticket).exists() || drafts.save(&ticket, &written).is_ok();
            if moved {
                seat.forget_old_draft(&ticket).await?;
            } else {
                drafts.unmoved.insert(ticket, reply);
            }
        }
        Ok(drafts)
    }

    /// Does one job after another, in a thread of its own, until nobody is left to ask.
    pub(super) fn serve(mut self, inbox: mpsc::Sender<Msg>) -> queue::Sender<(RequestId, Job)> {
        let (sender, jobs) = queue::channel();
        std::thread::spawn(move || {
            for (request, job) in jobs {
                if inbox.blocking_send(self.done(request, job)).is_err() {
                    return;
                }
            }
        });
        sender
    }

    /// A mistake in one job costs that job and no other: whoever asked hears of it.
    fn done(&mut self, request: RequestId, job: Job) -> Msg {
        let what = job.what();
        let answer = answered(|| {
            fault::here(what);
            self.answer(job)
        });
        match answer {
            Ok(Ok(answer)) => Msg::Answered { request, answer },
            Ok(Err(error)) => Msg::Failed(self.failure(request, what, &error)),
            Err(_) => Msg::Failed(mistaken(request, what)),
        }
    }

    fn answer(&mut self, job: Job) -> io::Result<Answer> {
        match job {
            Job::Load(ticket) => self.load(&ticket).map(Answer::Draft),
            Job::Save(ticket, written) => self.save(&ticket, &written).map(saved),
            Job::Forget(ticket, of, sent) => self.forget(&ticket, of, &sent).map(saved),
        }
    }

    fn failure(&self, request: RequestId, what: &str, error: &io::Error) -> Failure {
        let dir = private::shown(self.dir.parent().unwrap_or(&self.dir));
        Failure {
            request: Some(request),
            what: what.to_owned(),
            message: format!("{}, it is kept until you quit", private::reason(error)),
            way_out: format!("{dir}: make it writable or set XDG_STATE_HOME"),
        }
    }

    fn path(&self, ticket: &TicketId) -> PathBuf {
        self.dir.join(format!("{ticket}.json"))
    }

    /// What was written on a ticket; nothing where nothing was.
    fn load(&mut self, ticket: &TicketId) -> io::Result<Written> {
        let written = self.read(ticket)?;
        self.known.insert(ticket.clone(), written.clone());
        Ok(written)
    }

    fn read(&self, ticket: &TicketId) -> io::Result<Written> {
        let path = self.path(ticket);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if is_absent(&error) => return Ok(self.unmoved(ticket)),
            Err(error) => return Err(error),
        };
        match serde_json::from_slice::<Paper>(&bytes) {
            Ok(paper) => Ok(paper.written),
            Err(error) => {
                let aside = put_aside(&path, "unreadable")?;
                let reason = format!("it cannot be read ({error}) and was put aside as {}", private::shown(&aside));
                Err(io::Error::new(io::ErrorKind::InvalidData, reason))
            }
        }
    }

    fn unmoved(&self, ticket: &TicketId) -> Written {
        Written { reply: self.unmoved.get(ticket).cloned().unwrap_or_default(), ..Written::default() }
    }

    /// Saves it; where what another window had written meanwhile was put, if one had.
    fn save(&mut self, ticket: &TicketId, written: &Written) -> io::Result<Option<PathBuf>> {
        let path = self.path(ticket);
        // What cannot be read was put aside.
        let there = match self.read(ticket) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Written::default(),
            read => read?,
        };
        let is_ours = there.is_empty() || there == *written || self.known.get(ticket) == Some(&there);
        let aside = (!is_ours && path.exists()).then(|| put_aside(&path, "other")).transpose()?;
        if written.is_empty() {
            match std::fs::remove_file(&path) {
                Err(error) if !is_absent(&error) => return Err(error),
                Ok(()) | Err(_) => {}
            }
        } else {
            private::folder(&self.dir)?;
            let paper = Paper { ticket: ticket.clone(), saved_at: crate::clock::now(), written: written.clone() };
            private::replace(&path, &serde_json::to_vec_pretty(&paper)?)?;
        }
        self.known.insert(ticket.clone(), written.clone());
        Ok(aside)
    }

    /// What was sent is no draft any more; the other of reply and note stays.
    fn forget(&mut self, ticket: &TicketId, of: Visibility, sent: &str) -> io::Result<Option<PathBuf>> {
        let mut written = self.load(ticket)?;
        written.forget(of, sent);
        self.save(ticket, &written)
    }
}

/// Takes away whatever lies here of drafts for these tickets, what was put aside too; how many files.
///
/// # Errors
/// When the folder cannot be read, or a file not be taken away.
pub(crate) fn forget_all(state: &Path, desk: &str, tickets: &[TicketId]) -> io::Result<u64> {
    let files = match std::fs::read_dir(state.join("drafts").join(desk)) {
        Ok(files) => files,
        Err(error) if is_absent(&error) => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut gone = 0;
    for file in files {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_of = |ticket: &TicketId| {
            name.strip_prefix(ticket.as_str()).is_some_and(|rest| {
                let is_aside =
                    rest.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
                rest == ".json" || is_aside
            })
        };
        if tickets.iter().any(is_of) {
            std::fs::remove_file(&path)?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// Gives a file another name, with the time in it.
fn put_aside(path: &Path, why: &str) -> io::Result<PathBuf> {
    let aside = path.with_extension(format!("{}.{why}", crate::clock::now().as_millisecond()));
    std::fs::rename(path, &aside)?;
    Ok(aside)
}

fn saved(aside: Option<PathBuf>) -> Answer {
    Answer::Saved { aside: aside.map(|path| private::shown(&path)) }
}

/// Whether there is no such file, be it that there is no such folder.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket() -> TicketId {
        "T-1".parse().unwrap()
    }

    fn written(reply: &str, note: &str) -> Written {
        Written { reply: reply.to_owned(), note: note.to_owned(), made_for: None }
    }

    fn drafts() -> (tempfile::TempDir, Drafts) {
        let dir = tempfile::tempdir().unwrap();
        let drafts = Drafts::at(dir.path().join("drafts").join("desk"));
        (dir, drafts)
    }

    #[test]
    fn of_a_customer_who_is_erased_no_draft_stays() {
        let (dir, mut drafts) = drafts();
        drafts.save(&ticket(), &written("Dear Ada", "")).unwrap();
        drafts.save(&"T-11".parse().unwrap(), &written("Dear Bob", "")).unwrap();
        put_aside(&drafts.path(&ticket()), "other").unwrap();
        drafts.save(&ticket(), &written("Dear Ada again", "")).unwrap();
        assert_eq!(forget_all(dir.path(), "desk", &[ticket()]).unwrap(), 2);
        let left = std::fs::read_dir(&drafts.dir).unwrap().map(|file| file.unwrap().file_name());
        assert_eq!(left.collect::<Vec<_>>(), ["T-11.json"]);
        assert_eq!(forget_all(dir.path(), "another", &[ticket()]).unwrap(), 0);
    }

    #[test]
    fn what_was_saved_last_is_loaded_and_what_is_empty_leaves_no_file() {
        let (_dir, mut drafts) = drafts();
        assert_eq!(drafts.load(&ticket()).unwrap(), Written::default());
        for text in ["one", "two\n漢字 \u{1b}[31m", ""] {
            drafts.save(&ticket(), &written(text, "")).unwrap();
            assert_eq!(drafts.load(&ticket()).unwrap(), written(text, ""));
        }
        assert!(!drafts.path(&ticket()).exists());
        drafts.save(&ticket(), &Written::default()).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_a_draft_and_no_part_of_a_file_is_left() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_dir, mut drafts) = drafts();
        drafts.save(&ticket(), &written("one", "")).unwrap();
        drafts.save(&ticket(), &written("two", "note")).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&drafts.dir), mode(&drafts.path(&ticket()))), (0o700, 0o600));
        assert_eq!(std::fs::read_dir(&drafts.dir).unwrap().count(), 1);
    }

    #[test]
    fn what_was_sent_is_forgotten_and_the_other_stays() {
        let (_dir, mut drafts) = drafts();
        drafts.save(&ticket(), &written("reply", "note")).unwrap();
        drafts.forget(&ticket(), Visibility::Public, "an older reply").unwrap();
        assert_eq!(drafts.load(&ticket()).unwrap(), written("reply", "note"), "what was written since stays");
        drafts.forget(&ticket(), Visibility::Public, "reply").unwrap();
        assert_eq!(drafts.load(&ticket()).unwrap(), written("", "note"));
        drafts.forget(&ticket(), Visibility::Internal, "note").unwrap();
        assert!(!drafts.path(&ticket()).exists());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_put_aside_and_told() {
        let (_dir, mut drafts) = drafts();
        drafts.save(&ticket(), &written("one", "")).unwrap();
        std::fs::write(drafts.path(&ticket()), b"{\"ticket\": \"T-1\", \"rep").unwrap();
        let error = drafts.load(&ticket()).unwrap_err();
        assert!(error.to_string().contains("put aside as"), "{error}");
        drafts.save(&ticket(), &written("new", "")).unwrap();
        let names: Vec<_> = std::fs::read_dir(&drafts.dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert_eq!(drafts.load(&ticket()).unwrap(), written("new", ""));
    }

    #[test]
    fn what_another_window_wrote_meanwhile_is_put_aside_and_told() {
        let (_dir, mut here) = drafts();
        let mut there = Drafts::at(here.dir.clone());
        here.save(&ticket(), &written("mine", "")).unwrap();
        there.load(&ticket()).unwrap();
        assert_eq!(there.save(&ticket(), &written("mine, and more there", "")).unwrap(), None);
        let aside = here.save(&ticket(), &written("mine, and more here", "")).unwrap().unwrap();
        assert_eq!(here.load(&ticket()).unwrap(), written("mine, and more here", ""));
        let kept = std::fs::read_to_string(aside).unwrap();
        assert!(kept.contains("mine, and more there"), "{kept}");
        assert_eq!(here.save(&ticket(), &written("and on", "")).unwrap(), None, "told once");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error_and_no_panic() {
        let (dir, _) = drafts();
        let file = dir.path().join("file");
        std::fs::write(&file, b"").unwrap();
        let mut drafts = Drafts::at(file.join("drafts"));
        assert!(drafts.save(&ticket(), &written("one", "")).is_err());
    }

    #[test]
    fn jobs_are_done_in_the_order_in_which_they_were_asked_for() {
        let (_dir, drafts) = drafts();
        let path = drafts.path(&ticket());
        let (inbox, mut answers) = mpsc::channel(200);
        let jobs = drafts.serve(inbox);
        for n in 0..100 {
            jobs.send((RequestId(n), Job::Save(ticket(), written(&n.to_string(), "")))).unwrap();
        }
        jobs.send((RequestId(100), Job::Forget(ticket(), Visibility::Public, "99".to_owned()))).unwrap();
        jobs.send((RequestId(101), Job::Load(ticket()))).unwrap();
        drop(jobs);
        let mut last = None;
        while let Some(answer) = answers.blocking_recv() {
            last = Some(answer);
        }
        let loaded = matches!(&last, Some(Msg::Answered { answer: Answer::Draft(none), .. }) if none.is_empty());
        assert!(loaded && !path.exists(), "{last:?}");
    }
}
