//! Panics while the screen runs. A panic of the screen itself gives the terminal back; one elsewhere must not touch it: it
//! is logged and told on the screen. Neither is printed by whoever panics.

use std::panic::PanicHookInfo;
use std::sync::{Mutex, Once, PoisonError};
use std::thread::ThreadId;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::domain::text;
use crate::tui::answered::is_answered;

/// The screen that runs: its thread, whom to tell, and its own panic.
struct Hearer {
    screen: ThreadId,
    elsewhere: UnboundedSender<String>,
    own: Option<String>,
}

static HEARER: Mutex<Option<Hearer>> = Mutex::new(None);

/// What the screen hears of panics; nobody hears of them once it is dropped.
#[derive(Debug)]
pub(super) struct Panics {
    elsewhere: UnboundedReceiver<String>,
}

impl Panics {
    /// Hears of them from now on in this thread, whose own panic calls `give_back`.
    pub(super) fn hear(give_back: fn()) -> Self {
        static ONCE: Once = Once::new();
        let (sender, elsewhere) = unbounded_channel();
        let hearer = Hearer { screen: std::thread::current().id(), elsewhere: sender, own: None };
        with(|now| *now = Some(hearer));
        ONCE.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| match heard(info) {
                Heard::Elsewhere => {}
                Heard::Screen => give_back(),
                Heard::Nobody => before(info),
            }));
        });
        Self { elsewhere }
    }

    /// Waits until another part of the program panics, and says what it said.
    pub(super) async fn elsewhere(&mut self) -> String {
        match self.elsewhere.recv().await {
            Some(words) => words,
            None => std::future::pending().await,
        }
    }

    /// What the screen's own panic said, and where; it is told once.
    pub(super) fn own() -> Option<String> {
        with(|hearer| hearer.as_mut().and_then(|hearer| hearer.own.take()))
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        // Nobody has caught it: there is no better place to tell it.
        if let Some(words) = Self::own() {
            eprintln!("countersign: the program made a mistake: {words}");
        }
        with(|hearer| *hearer = None);
    }
}

/// Whose panic it was.
enum Heard {
    /// Told on the screen, by the panic or by whoever waits for an answer.
    Elsewhere,
    Screen,
    Nobody,
}

fn with<T>(act: impl FnOnce(&mut Option<Hearer>) -> T) -> T {
    act(&mut HEARER.lock().unwrap_or_else(PoisonError::into_inner))
}

fn heard(info: &PanicHookInfo<'_>) -> Heard {
    let said = text::line(info.payload_as_str().unwrap_or("no words")).into_owned();
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let heard = with(|hearer| match hearer {
        None => Heard::Nobody,
        Some(hearer) if hearer.screen == std::thread::current().id() => {
            // The first one is what went wrong.
            hearer.own.get_or_insert_with(|| format!("{said} ({place})"));
            Heard::Screen
        }
        Some(_) if is_answered() => Heard::Elsewhere,
        Some(hearer) => hearer.elsewhere.send(said.clone()).map_or(Heard::Nobody, |()| Heard::Elsewhere),
    });
    if !matches!(heard, Heard::Nobody) {
        let backtrace = std::backtrace::Backtrace::force_capture();
        tracing::error!(said, place, %backtrace, "part of the program panicked");
    }
    heard
}
