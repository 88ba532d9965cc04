//! Frames in this process: the real model over a real desk, its updates, its drawing, and what is written.
//!
//! The time is what the screen's thread has on a processor from a key to the end of the write; the terminal is a counter
//! of bytes. What the desk answers is taken between the keys, as the loop does when nobody types.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use color_eyre::eyre::{WrapErr as _, eyre};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustix::time::{ClockId, clock_gettime};
use tokio::sync::mpsc;

use crate::app::models::Models;
use crate::app::{self, Fill};
use crate::bench::screen::desks::Made;
use crate::bench::screen::report::Figure;
use crate::bench::screen::times::Values;
use crate::bench::screen::{Effort, SIZE};
use crate::store::Store;
use crate::tui::events::{Effect, Msg, RequestId, naming};
use crate::tui::model::Model;
use crate::tui::runtime::{Drafts, Keeper, Runtime};
use crate::tui::sheet::Sheet;
use crate::tui::theme::Theme;
use crate::tui::{start, update};

const DRAFT_LINES: usize = 60;
/// Key presses from the end of the draft into its middle.
const INTO_THE_MIDDLE: usize = 30;
const ANSWERED_WITHIN: Duration = Duration::from_mins(1);

/// Measures frames over a desk.
pub(super) async fn measure(made: &Made, effort: Effort) -> color_eyre::Result<Vec<Figure>> {
    let mut person = Person::sit(&made.desk, effort.keys).await?;
    let on = format!("{}, CPU", made.title());
    let mut figures = Vec::new();

    // Past the long threads, and not at the edge of the pane.
    person.keys(KeyCode::Char('j'), made.long + 2).await?;
    let moves = person.each(|n| KeyCode::Char(['j', 'k'][n % 2])).await?;
    figures.push(moves.figure(&format!("a cursor move: update, draw, diff; {on}")));
    figures.push(moves.bytes("a cursor move").at_most(300.0));
    let scrolled = person.each(|_| KeyCode::Char('j')).await?;
    figures.push(scrolled.figure(&format!("a cursor move down the list, the pane scrolls; {on}")));
    figures.push(scrolled.bytes("a cursor move down the list, the pane scrolls"));
    let pages = person.each(|_| KeyCode::PageDown).await?;
    figures.push(pages.figure(&format!("a page: update, draw, diff; {on}")));
    figures.push(pages.bytes("a page"));

    person.keys(KeyCode::Enter, 1).await?;
    person.keys(KeyCode::Char('e'), 1).await?;
    let line = "Thank you for writing to us about this order.\n";
    person.take(Msg::Paste { text: line.repeat(DRAFT_LINES), at: person.now() }).await?;
    person.keys(KeyCode::Up, INTO_THE_MIDDLE).await?;
    person.keys(KeyCode::End, 1).await?;
    let typed = person.each(|n| KeyCode::Char([' ', 'w', 'e', ' ', 'l', 'o', 'o', 'k'][n % 8])).await?;
    figures.push(typed.figure(&format!("a keystroke in a {DRAFT_LINES}-line draft: update, draw, diff; CPU")));
    figures.push(typed.bytes("a keystroke in the draft").at_most(100.0));

    person.keys(KeyCode::Esc, 2).await?;
    person.keys(KeyCode::Home, 1).await?;
    person.keys(KeyCode::Enter, 1).await?;
    person.keys(KeyCode::Home, 1).await?;
    let scrolled = person.each(|_| KeyCode::Char('j')).await?;
    figures.push(scrolled.figure("scrolling a thread of 1 MB: update, draw, diff; CPU"));
    Ok(figures)
}

/// What some keys took.
#[derive(Default)]
struct Taken {
    cpu: Values,
    bytes: Values,
}

impl Taken {
    fn figure(&self, what: &str) -> Figure {
        Figure::of(what, "ms", &self.cpu).at_most(1.0).mostly(2.0)
    }

    fn bytes(&self, what: &str) -> Figure {
        Figure::of(format!("written for {what}"), "bytes", &self.bytes)
    }
}

/// A screen without a terminal, and somebody at it.
struct Person {
    model: Model,
    sheet: Sheet<Counter>,
    written: Counter,
    runtime: Runtime,
    inbox: mpsc::Receiver<Msg>,
    /// What the desk has not answered yet.
    asked: HashSet<RequestId>,
    began: Instant,
    /// How often each key is pressed that is measured.
    times: usize,
}

impl Person {
    async fn sit(desk: &Path, times: usize) -> color_eyre::Result<Self> {
        let store: Arc<dyn Store> = app::open_desk(desk, Fill::Nothing).await?;
        let config = crate::config::load(None, None, std::iter::empty(), &[])?.config;
        let drafts = Drafts::at(std::env::temp_dir().join("countersign-bench-drafts"));
        let sitting = app::sit_down(store, &config, Models::none()).await?;
        let keeper = Keeper::new(&std::env::temp_dir(), desk, String::new());
        let desk = start::desk(&sitting, &config, false);
        let now = crate::clock::now().to_zoned(TimeZone::system());
        let written = Counter::default();
        let (sender, inbox) = mpsc::channel(start::INBOX);
        let mut person = Self {
            model: Model::new(desk, Theme::Dark, SIZE, &now),
            sheet: Sheet::new(written.clone(), SIZE)?,
            written,
            runtime: Runtime::new(sitting, drafts, config, std::env::temp_dir(), keeper, sender),
            inbox,
            asked: HashSet::new(),
            began: Instant::now(),
            times,
        };
        let first = update::start(&mut person.model);
        person.perform(first);
        person.settle().await?;
        Ok(person)
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Presses a key some times.
    async fn keys(&mut self, code: KeyCode, times: usize) -> color_eyre::Result<()> {
        for _ in 0..times {
            self.press(code)?;
            self.settle().await?;
        }
        Ok(())
    }

    /// Presses keys, and measures each.
    async fn each(&mut self, code: impl Fn(usize) -> KeyCode) -> color_eyre::Result<Taken> {
        let mut taken = Taken::default();
        for n in 0..self.times {
            let (cpu, bytes) = self.press(code(n))?;
            taken.cpu.add_millis(cpu);
            #[expect(clippy::cast_precision_loss, reason = "a frame has few bytes")]
            taken.bytes.add(bytes as f64);
            self.settle().await?;
        }
        Ok(taken)
    }

    /// What the loop does for one key: the clock, the key, the frame. The time on a processor, and what was written.
    fn press(&mut self, code: KeyCode) -> color_eyre::Result<(Duration, usize)> {
        let (since, before) = (cpu(), self.written.bytes());
        let at = self.now();
        let mut effects = update::update(&mut self.model, Msg::Clock { now: Timestamp::now() });
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        effects.extend(update::update(&mut self.model, Msg::Key { key, at }));
        if self.model.take_changed() {
            self.sheet.draw(&self.model)?;
        }
        effects.extend(update::update(&mut self.model, Msg::Drawn { at }));
        let taken = (cpu().saturating_sub(since), self.written.bytes() - before);
        self.perform(effects);
        Ok(taken)
    }

    /// Takes a message that is no key.
    async fn take(&mut self, message: Msg) -> color_eyre::Result<()> {
        let effects = update::update(&mut self.model, message);
        self.perform(effects);
        self.settle().await
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let request = naming(&effect).request;
            if !matches!(effect, Effect::CancelRun { .. }) && request != RequestId(0) {
                self.asked.insert(request);
            }
            self.runtime.perform(effect);
        }
    }

    /// Takes every answer, and draws.
    async fn settle(&mut self) -> color_eyre::Result<()> {
        loop {
            let message = match self.inbox.try_recv() {
                Ok(message) => message,
                Err(_) if self.asked.is_empty() => break,
                Err(_) => {
                    let next = tokio::time::timeout(ANSWERED_WITHIN, self.inbox.recv()).await;
                    next.wrap_err("the desk does not answer")?.ok_or_else(|| eyre!("the desk has gone"))?
                }
            };
            if let Msg::Answered { request, .. } = &message {
                self.asked.remove(request);
            }
            if let Msg::Failed(failure) = &message {
                return Err(eyre!("could not {}: {}", failure.what, failure.message));
            }
            let effects = update::update(&mut self.model, message);
            self.perform(effects);
        }
        self.sheet.draw(&self.model)?;
        Ok(())
    }
}

/// The time that this thread has had on a processor.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Counts what is written to it.
#[derive(Clone, Default)]
struct Counter(Arc<AtomicUsize>);

impl Counter {
    fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(bytes.len(), Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
