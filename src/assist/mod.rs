//! Summary, reply and confidence without a model: the offline assistant.

pub mod sentences;
pub mod summary;
pub mod tone;
pub mod claims {
    #[must_use]
    pub fn unsupported(_: &str, _: &[&str]) -> Vec<crate::domain::draft::Unsupported> {
        vec![]
    }
}
pub mod reply {
    use crate::domain::{
        article::{Article, CannedReply},
        customer::Customer,
        draft::Suggestion,
        ticket::{Ticket, Tone},
    };
    pub struct ReplyInput<'a> {
        pub ticket: &'a Ticket,
        pub customer: Option<&'a Customer>,
        pub agent_name: &'a str,
        pub tone: Tone,
        pub articles: &'a [(Article, f64)],
        pub canned: &'a [CannedReply],
    }
    #[must_use]
    pub fn suggest(_: &ReplyInput) -> Suggestion {
        Suggestion {
            response_text: "Hello".into(),
            confidence: 0.5,
            citations: vec![],
            unsupported: vec![],
            evidence: vec![],
        }
    }
}
