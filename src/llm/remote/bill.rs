//! What a try took that came to nothing.

use crate::domain::usage::Usage;
use crate::llm::remote::endpoint::Price;
use crate::llm::remote::gather::Gathered;
use crate::llm::{Listener, Live};

/// Characters of a request that are taken for one token, where the provider did not say.
const CHARS_A_TOKEN: usize = 4;

/// A try's bill: unless it is void by then, it is told when it is dropped, so that a try given up midway counts too.
pub(crate) struct Bill<'a> {
    pub(crate) said: Gathered,
    price: Price,
    live: Listener<'a>,
    /// Tokens that were sent, roughly.
    sent: u64,
}

impl<'a> Bill<'a> {
    /// Nothing was sent yet.
    pub(crate) fn new(name: &str, price: Price, live: Listener<'a>) -> Self {
        Self { said: Gathered::of(name), price, live, sent: 0 }
    }

    /// This goes out now.
    pub(crate) fn send(&mut self, body: &str) {
        self.sent = body.chars().count().div_ceil(CHARS_A_TOKEN) as u64;
    }

    /// Nothing is owed.
    pub(crate) fn void(&mut self) {
        (self.sent, self.said.usage) = (0, Usage::default());
    }
}

impl Drop for Bill<'_> {
    fn drop(&mut self) {
        let none = Usage::default();
        let usage = if self.said.usage == none { Usage { input_tokens: self.sent, ..none } } else { self.said.usage };
        if usage != none {
            (self.live)(Live::Wasted(self.price.of(usage)));
        }
    }
}
