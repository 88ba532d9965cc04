//! The loop: everything that is ready is taken, then one frame is drawn, and only when something changed.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crossterm::event::{Event, EventStream};
use futures::{FutureExt as _, StreamExt as _};
use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::tui::events::{Answer, Effect, Failure, Moment, Msg, RequestId};
use crate::tui::input::Input;
use crate::tui::model::Model;
use crate::tui::outside::Outside;
use crate::tui::signals::Signals;
use crate::tui::terminal::Guard;
use crate::tui::{fault, update};

/// The least time between two frames.
const FRAME: Duration = Duration::from_millis(8);
/// How often the clock on the wall is looked at while nothing happens.
const MINUTE: Duration = Duration::from_mins(1);

/// How long what was written may take to be saved when the program ends.
const FAREWELL: Duration = Duration::from_secs(3);

/// How the loop ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The person quit.
    Quit,
    /// A signal asked for it, or the terminal went away.
    Told,
    /// The screen itself has a mistake.
    Mistake {
        /// What it said, and where.
        words: String,
        /// Whether what was written is in its file.
        saved: bool,
    },
}

/// What is around the loop.
pub(crate) struct Around {
    /// The person's own editor.
    pub(crate) outside: Outside,
    /// What ends the program.
    pub(crate) signals: Signals,
    /// The clock on the wall; it may be set at any time.
    pub(crate) wall: fn() -> Timestamp,
}

/// What woke the loop.
enum Ready {
    Input(Option<io::Result<Event>>),
    Message(Option<Msg>),
    Slot,
    Alarm,
    Minute,
    Panicked(String),
    Told,
}

/// Runs the screen until the person quits. `perform` gets every effect that is not the screen's own
/// ([`Effect::Wake`], [`Effect::Copy`], [`Effect::Call`], [`Effect::Mouse`], [`Effect::EditOutside`],
/// [`Effect::Suspend`], [`Effect::Redraw`] and [`Effect::Quit`] are) and must not block; answers come back through
/// `inbox`. However it ends, by a mistake of its own too, what was written is saved first.
///
/// # Errors
/// When the terminal is gone.
pub(crate) async fn run(
    guard: Guard,
    model: Model,
    mut inbox: mpsc::Receiver<Msg>,
    mut around: Around,
    perform: impl FnMut(Effect),
) -> io::Result<Ended> {
    let mut screen = Screen::new(guard, model, around.wall, perform);
    let turned = AssertUnwindSafe(turn(&mut screen, &mut inbox, &mut around)).catch_unwind().await;
    let parted = AssertUnwindSafe(screen.farewell(&mut inbox)).catch_unwind().await;
    let Some(words) = Guard::mistake() else { return turned.unwrap_or(Ok(Ended::Told)) };
    let saved = parted.is_ok() && catch_unwind(AssertUnwindSafe(|| !screen.model.is_unsaved())).unwrap_or(false);
    Ok(Ended::Mistake { words, saved })
}

async fn turn<P: FnMut(Effect)>(
    screen: &mut Screen<P>,
    inbox: &mut mpsc::Receiver<Msg>,
    around: &mut Around,
) -> io::Result<Ended> {
    screen.begin();
    let Around { outside, signals, .. } = around;
    let mut input = Some(EventStream::new());
    loop {
        let slot = screen.next_slot();
        let alarm = screen.next_alarm();
        let ready = tokio::select! {
            biased;
            () = signals.told() => Ready::Told,
            event = next(&mut input) => Ready::Input(event),
            message = inbox.recv() => Ready::Message(message),
            words = screen.guard.panicked() => Ready::Panicked(words),
            () = sleep_until(alarm) => Ready::Alarm,
            () = sleep_until(slot) => Ready::Slot,
            () = tokio::time::sleep(MINUTE) => Ready::Minute,
        };
        screen.take_clock();
        match ready {
            Ready::Told | Ready::Input(None) | Ready::Message(None) => {
                screen.keep();
                return Ok(Ended::Told);
            }
            Ready::Input(Some(event)) => screen.input(event?),
            Ready::Message(Some(message)) => screen.take(message),
            Ready::Panicked(words) => screen.take(Msg::Failed(mistake(words))),
            Ready::Alarm => screen.alarms(),
            Ready::Slot | Ready::Minute => {}
        }
        drain(screen, &mut input, inbox).await?;
        if screen.quit {
            screen.keep();
            return Ok(Ended::Quit);
        }
        if let Some(errand) = screen.outside.take() {
            screen.edit(errand, outside, &mut input).await?;
            signals.forget_interrupt().await;
        }
        screen.after_drain(&mut input)?;
    }
}

/// Takes everything that is there already, so that a burst of keys costs one frame.
async fn drain<P: FnMut(Effect)>(
    screen: &mut Screen<P>,
    input: &mut Option<EventStream>,
    inbox: &mut mpsc::Receiver<Msg>,
) -> io::Result<()> {
    // Polled in the task's own context: a stream polled with another waker would never wake us again.
    while let Some(stream) = input
        && let std::task::Poll::Ready(Some(event)) = futures::poll!(stream.next())
    {
        screen.input(event?);
    }
    while let Ok(message) = inbox.try_recv() {
        screen.take(message);
    }
    Ok(())
}

/// Part of the program has failed, and the rest runs on.
fn mistake(message: String) -> Failure {
    let (what, way_out) = ("go on in the background", "what you wrote is safe; the log file says more");
    Failure { request: None, what: what.to_owned(), message, way_out: way_out.to_owned() }
}

/// The next event of the terminal, while it is read.
async fn next(input: &mut Option<EventStream>) -> Option<io::Result<Event>> {
    match input {
        Some(stream) => stream.next().await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// A text that goes to the person's own editor.
struct Errand {
    request: RequestId,
    name: String,
    text: String,
}

/// The terminal, the model, and what is due.
struct Screen<P> {
    guard: Guard,
    model: Model,
    perform: P,
    input: Input,
    started: Instant,
    drawn: Option<Instant>,
    alarms: Vec<Moment>,
    wall: fn() -> Timestamp,
    due: bool,
    quit: bool,
    suspend: bool,
    outside: Option<Errand>,
}

impl<P: FnMut(Effect)> Screen<P> {
    fn new(guard: Guard, model: Model, wall: fn() -> Timestamp, perform: P) -> Self {
        let (started, drawn, alarms, outside) = (Instant::now(), None, Vec::new(), None);
        let (due, quit, suspend, input) = (true, false, false, Input::default());
        Self { guard, model, perform, input, started, drawn, alarms, wall, due, quit, suspend, outside }
    }

    fn now(&self) -> Moment {
        self.started.elapsed()
    }

    fn begin(&mut self) {
        let effects = update::start(&mut self.model);
        self.act(effects);
    }

    fn take(&mut self, message: Msg) {
        let effects = update::update(&mut self.model, message);
        self.due |= self.model.take_changed();
        self.act(effects);
    }

    fn take_clock(&mut self) {
        self.take(Msg::Clock { now: (self.wall)() });
    }

    fn input(&mut self, event: Event) {
        let at = self.now();
        if let Event::Resize(..) = event {
            fault::here("take a new size");
            self.guard.look_again();
        }
        let signs = matches!(&event, Event::Key(key) if self.model.signs(key));
        for message in self.input.take(event, at, signs) {
            self.take(message);
        }
        self.alarms.extend(self.input.due());
    }

    fn act(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.act_one(effect);
        }
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "the screen's own effects are named, all others are performed")]
    fn act_one(&mut self, effect: Effect) {
        match effect {
            Effect::Wake(at) => self.alarms.push(at),
            Effect::Quit => self.quit = true,
            Effect::Suspend => self.suspend = true,
            Effect::Redraw => self.redraw(),
            Effect::EditOutside { request, name, text } => self.outside = Some(Errand { request, name, text }),
            // A clipboard that takes nothing is no reason to end.
            Effect::Copy(text) => drop(self.guard.copy(&text)),
            Effect::Call(how, words) => drop(self.guard.call(how, &words)),
            Effect::Mouse(reported) => drop(self.guard.point(reported)),
            other => (self.perform)(other),
        }
    }

    /// Remembers where the person was.
    fn keep(&mut self) {
        (self.perform)(Effect::Keep(Box::new(self.model.kept())));
    }

    fn redraw(&mut self) {
        self.due = true;
        if let Ok(size) = self.guard.size() {
            // An error here comes back with the next frame.
            let _ = self.guard.redraw(size);
        }
    }

    fn next_alarm(&self) -> Option<Instant> {
        self.alarms.iter().min().map(|at| self.started + *at)
    }

    fn alarms(&mut self) {
        let at = self.now();
        self.alarms.retain(|alarm| *alarm > at);
        if let Some(key) = self.input.alone(at) {
            self.take(key);
        }
        self.take(Msg::Woke { at });
    }

    /// When the next frame may be drawn, while one is due.
    fn next_slot(&self) -> Option<Instant> {
        self.due.then(|| self.drawn.map_or_else(Instant::now, |drawn| drawn + FRAME))
    }

    fn after_drain(&mut self, input: &mut Option<EventStream>) -> io::Result<()> {
        if std::mem::take(&mut self.suspend) {
            self.suspend_now(input)?;
        }
        let slot = self.next_slot();
        if slot.is_some_and(|slot| slot <= Instant::now()) { self.draw() } else { Ok(()) }
    }

    fn draw(&mut self) -> io::Result<()> {
        let size = self.guard.size()?;
        if size != self.model.size {
            self.take(Msg::Resized { width: size.0, height: size.1 });
        }
        self.due = false;
        self.guard.draw(&self.model)?;
        self.drawn = Some(Instant::now());
        let at = self.now();
        self.take(Msg::Drawn { at });
        Ok(())
    }

    /// Lets the person's own editor have the terminal until it ends. Signals wait: whoever asks the program to end is
    /// heard when the editor has ended, with what it left.
    async fn edit(&mut self, errand: Errand, outside: &Outside, input: &mut Option<EventStream>) -> io::Result<()> {
        drop(input.take());
        self.guard.lend();
        let edited = outside.edit(&errand.name, &errand.text).await;
        let (request, what) = (Some(errand.request), "edit the text".to_owned());
        // The terminal may be gone by now; what was written is not.
        self.take(match edited {
            Ok(text) => Msg::Answered { request: errand.request, answer: Answer::Edited(text) },
            Err(kept) => {
                let way_out = "your text is as it was".to_owned();
                Msg::Failed(Failure { request, what, message: kept.to_string(), way_out })
            }
        });
        self.guard.take_back()?;
        self.again(input)
    }

    /// Nobody may read keys while the shell has the terminal, so the stream is dropped and made anew.
    fn suspend_now(&mut self, input: &mut Option<EventStream>) -> io::Result<()> {
        // Dropped first: a new stream would wait for the lock that the old one's thread holds until a key comes.
        drop(input.take());
        self.guard.suspend()?;
        self.again(input)
    }

    /// The terminal is ours again.
    fn again(&mut self, input: &mut Option<EventStream>) -> io::Result<()> {
        *input = Some(EventStream::new());
        let size = self.guard.size()?;
        self.take(Msg::Resized { width: size.0, height: size.1 });
        let at = self.now();
        self.take(Msg::Focus { gained: true, at });
        self.due = true;
        Ok(())
    }
}

impl<P: FnMut(Effect)> Screen<P> {
    /// Saves what was written, and waits until it is or cannot be.
    async fn farewell(&mut self, inbox: &mut mpsc::Receiver<Msg>) {
        let effects = update::leave(&mut self.model);
        self.act(effects);
        let end = tokio::time::Instant::now() + FAREWELL;
        while self.model.is_saving()
            && let Ok(Some(message)) = tokio::time::timeout_at(end, inbox.recv()).await
        {
            self.take(message);
        }
    }
}
