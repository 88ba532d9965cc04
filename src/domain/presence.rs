//! Who has which ticket open just now. It is kept as long as it is said again, and is no part of a ticket.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{PrincipalId, TicketId};

words! {
    /// What somebody does with a ticket.
    Doing {
        /// Has it open.
        Reading = "reading",
        /// Writes a reply or a note.
        Writing = "writing",
    }
}

/// Somebody at a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Which ticket.
    pub ticket: TicketId,
    /// Who.
    pub person: PrincipalId,
    /// What they do with it.
    pub doing: Doing,
}

impl Presence {
    /// For somebody who has it open too: `tom is writing`. The same person may sit at another screen.
    #[must_use]
    pub fn in_words(&self, me: &PrincipalId) -> String {
        let person = &self.person;
        match (self.doing, person == me) {
            (Doing::Reading, false) => format!("{person} has it open"),
            (Doing::Writing, false) => format!("{person} is writing"),
            (Doing::Reading, true) => "you have it open on another screen".to_owned(),
            (Doing::Writing, true) => "you are writing on another screen".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_in_words_of_whoever_it_is() {
        let at =
            |person: &str, doing| Presence { ticket: "T-1".parse().unwrap(), person: person.parse().unwrap(), doing };
        let maya: PrincipalId = "maya".parse().unwrap();
        for (presence, expect) in [
            (at("tom", Doing::Reading), "tom has it open"),
            (at("tom", Doing::Writing), "tom is writing"),
            (at("maya", Doing::Writing), "you are writing on another screen"),
        ] {
            assert_eq!(presence.in_words(&maya), expect);
        }
    }
}
