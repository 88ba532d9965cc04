//! A value that is loaded: what is there, what is on its way, what went wrong.

use crate::tui::events::{Failure, RequestId};

/// Keeps the old value until the new one comes, and takes no answer but to its last request.
#[derive(Clone, Debug)]
pub(crate) struct Slot<T> {
    pub(crate) value: Option<T>,
    pub(crate) trouble: Option<Failure>,
    waiting: Option<RequestId>,
    /// The request whose answer is only the first word.
    first: Option<RequestId>,
    again: bool,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { value: None, trouble: None, waiting: None, first: None, again: false }
    }
}

impl<T> Slot<T> {
    /// Waits for `request` and for no other from now on.
    pub(crate) fn ask(&mut self, request: RequestId) {
        self.waiting = Some(request);
        self.trouble = None;
    }

    /// Takes the answer to `request`, unless something else is waited for.
    pub(crate) fn take(&mut self, request: RequestId, value: T) -> bool {
        let wanted = self.close(request);
        if wanted {
            self.value = Some(value);
        }
        wanted
    }

    /// Takes the failure of `request`, unless something else is waited for.
    pub(crate) fn fail(&mut self, request: RequestId, failure: &Failure) -> bool {
        let wanted = self.close(request);
        if wanted {
            self.trouble = Some(failure.clone());
        }
        wanted
    }

    /// Ends the wait for `request`; says whether it was waited for.
    pub(crate) fn close(&mut self, request: RequestId) -> bool {
        let wanted = self.waiting == Some(request);
        if wanted {
            self.waiting = None;
        }
        wanted
    }

    /// Waits no more; the request that was waited for.
    pub(crate) fn give_up(&mut self) -> Option<RequestId> {
        self.waiting.take()
    }

    /// Whether nothing was ever asked for.
    pub(crate) fn is_fresh(&self) -> bool {
        self.value.is_none() && self.waiting.is_none() && self.trouble.is_none()
    }

    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Waits for `request`; if it is the `first`, a better answer will be asked for after it.
    pub(crate) fn ask_in_turn(&mut self, request: RequestId, first: bool) {
        self.ask(request);
        self.first = first.then_some(request);
    }

    /// Whether only the first word is waited for.
    pub(crate) fn waits_for_first(&self) -> bool {
        self.waiting.is_some() && self.waiting == self.first
    }

    /// Whether this was the request after whose answer a better one is to be asked for.
    pub(crate) fn was_first(&mut self, request: RequestId) -> bool {
        self.first.take_if(|first| *first == request).is_some()
    }

    /// The request that is waited for.
    pub(crate) fn waiting(&self) -> Option<RequestId> {
        self.waiting
    }

    /// Remembers to ask once more when the answer is there.
    pub(crate) fn ask_again(&mut self) {
        self.again = true;
    }

    pub(crate) fn take_again(&mut self) -> bool {
        std::mem::take(&mut self.again)
    }
}
