//! How a customer sounds, from what they write: the word, and the evidence for it.

use crate::assist::sentences;
use crate::domain::draft::{Highlight, Section};
use crate::domain::ticket::{Author, Message};

const ANGRY: &str = " unacceptable disgusting outrageous furious scam fraud lawyer sue chargeback ridiculous worst joke \
    liars thieves inacceptable unverschämt frechheit scandaleux vergonzoso ";
const ANNOYED: &str = " still again third second annoyed frustrated frustrating disappointed waiting weeks ignored \
    nobody useless tired enttäuscht déçu déçue decepcionado ";
const POLITE: &str = " please thank thanks kind kindly regards appreciate sorry grateful bitte danke merci gracias \
    obrigada obrigado grazie dank tack dziękuję ";

/// What a customer's tone is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Shouts, accuses or threatens.
    Angry,
    /// Has waited, has asked before.
    Annoyed,
    /// Says please or thank you.
    Polite,
    /// None of these.
    Neutral,
}

impl Tone {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Angry => "angry",
            Self::Annoyed => "annoyed",
            Self::Polite => "polite",
            Self::Neutral => "neutral",
        }
    }
}

/// The tone of the customer's newest message, as a line of a summary.
pub(crate) fn of(thread: &[Message]) -> Option<Highlight> {
    let message = thread.iter().rposition(|m| m.author == Author::Customer)?;
    let (tone, evidence) = heard(&thread[message].body);
    let text = if evidence.is_empty() {
        tone.as_str().to_owned()
    } else {
        format!("{}: {}", tone.as_str(), evidence.join(", "))
    };
    Some(Highlight { section: Section::Tone, text, message })
}

/// The tone of a text, with at most four words of evidence.
pub(crate) fn heard(body: &str) -> (Tone, Vec<String>) {
    let text = sentences::of(body).join(" ");
    let words: Vec<_> = sentences::words(&text).collect();
    let among = |list: &str| -> Vec<String> {
        let mut found: Vec<_> = words.iter().filter(|w| list.contains(&format!(" {w} "))).cloned().collect();
        found.dedup();
        found.truncate(4);
        found
    };
    let (angry, annoyed, polite) = (among(ANGRY), among(ANNOYED), among(POLITE));
    if shouts(&text) {
        (Tone::Angry, vec!["capitals".to_owned()])
    } else if !angry.is_empty() || text.contains("!!!") {
        (Tone::Angry, angry)
    } else if annoyed.len() >= 2 {
        (Tone::Annoyed, annoyed)
    } else if polite.is_empty() {
        (Tone::Neutral, Vec::new())
    } else {
        (Tone::Polite, polite)
    }
}

/// Most letters of a longer text are capitals.
fn shouts(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_uppercase() || c.is_lowercase()).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    letters >= 20 && capitals * 10 > letters * 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_comes_with_its_evidence() {
        for (body, tone) in [
            ("WHERE IS MY PARCEL? I HAVE BEEN WAITING FOR TWO WEEKS", Tone::Angry),
            ("This is unacceptable.", Tone::Angry),
            ("I am still waiting, nobody answered.", Tone::Annoyed),
            ("Could you please help? Thanks!", Tone::Polite),
            ("The machine shows E4.", Tone::Neutral),
        ] {
            assert_eq!(heard(body).0, tone, "{body}");
        }
        assert_eq!(heard("I am still waiting, nobody answered.").1, ["still", "waiting", "nobody"]);
    }
}
