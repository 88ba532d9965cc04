//! A ticket's thread as the ranking hears it.

use crate::assist::canned_rank::Said;
use crate::assist::canned_rank::recognise::recognised;
use crate::domain::article::CannedReply;
use crate::domain::ticket::{Author, Message, Visibility};

/// The entries of a thread, in order; what a person sent from a canned reply is heard as that reply.
#[must_use]
pub fn said<'a>(thread: &'a [Message], canned: &'a [CannedReply]) -> Vec<Said<'a>> {
    let entry = |message: &'a Message| match (message.author, message.visibility) {
        (Author::Customer, _) => Said::Customer(&message.body),
        (Author::Agent, Visibility::Public) => {
            recognised(canned, &message.body).map_or(Said::Agent(&message.body), Said::Canned)
        }
        (Author::Agent, Visibility::Internal) | (Author::System, _) => Said::Record(&message.body),
    };
    thread.iter().map(entry).collect()
}
