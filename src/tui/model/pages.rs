//! The pages, and the small things that every page has: notices and steps.

use jiff::Timestamp;

use crate::tui::editor::Editor;
use crate::tui::events::Failure;
use crate::tui::model::bulk::Bulk;
use crate::tui::model::card::CardPage;
use crate::tui::model::log::LogPage;
use crate::tui::model::outbox::OutboxPage;
use crate::tui::model::replay::Replay;

/// What fills the screen; each page owns its data.
#[derive(Clone, Debug)]
pub(crate) enum Page {
    Work,
    Pending(Tray),
    Card(Box<CardPage>),
    Bulk(Box<Bulk>),
    Outbox(OutboxPage),
    Log(Box<LogPage>),
    Replay(Box<Replay>),
    Help(Box<Help>),
}

/// The pending tray.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tray {
    pub(crate) selected: usize,
    pub(crate) top: usize,
}

/// The help page, over another one.
#[derive(Clone, Debug)]
pub(crate) struct Help {
    pub(crate) filter: Editor,
    pub(crate) top: usize,
    pub(crate) behind: Page,
    /// The context that help was asked in: its keys come first.
    pub(crate) asked_in: crate::tui::keymap::Context,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Good,
    Plain,
    Bad,
}

/// One line for the person, gone at the next key.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) weight: Weight,
    pub(crate) text: String,
    /// What to do about it; the text gives way to it.
    pub(crate) way_out: String,
}

impl Notice {
    /// What follows ` · ` says what to do.
    fn of(weight: Weight, text: &str) -> Self {
        let (text, way_out) = text.rsplit_once(" · ").unwrap_or((text, ""));
        Self { weight, text: text.to_owned(), way_out: way_out.to_owned() }
    }

    pub(crate) fn good(text: impl Into<String>) -> Self {
        Self::of(Weight::Good, &text.into())
    }

    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::of(Weight::Plain, &text.into())
    }

    pub(crate) fn bad(text: impl Into<String>) -> Self {
        Self::of(Weight::Bad, &text.into())
    }

    pub(crate) fn failed(failure: &Failure) -> Self {
        let Failure { what, message, way_out, .. } = failure;
        Self { weight: Weight::Bad, text: format!("could not {what}: {message}"), way_out: way_out.clone() }
    }
}

/// A step of the agent.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) at: Timestamp,
    pub(crate) text: String,
}
