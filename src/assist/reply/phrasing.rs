//! The fixed words of a reply in each tone; they state nothing, so they need no source.

use crate::assist::reply::asking::Reference;
use crate::assist::reply::naming::Names;
use crate::domain::ticket::Tone;

/// How many sentences, steps and points a reply quotes at most.
pub(crate) const fn most_quoted(tone: Tone) -> usize {
    match tone {
        Tone::Concise => 4,
        Tone::Polite | Tone::Warm => 8,
        Tone::Formal => 7,
    }
}

/// The first line.
pub(crate) fn greeting(tone: Tone, names: &Names) -> String {
    let (word, name) = match tone {
        Tone::Polite => ("Hello", &names.first),
        Tone::Concise | Tone::Warm => ("Hi", &names.first),
        Tone::Formal => ("Dear", &names.full),
    };
    match (name.is_empty(), tone) {
        (false, Tone::Warm) => format!("{word} {name}!"),
        (false, Tone::Polite | Tone::Concise | Tone::Formal) => format!("{word} {name},"),
        (true, Tone::Formal) => "Dear customer,".to_owned(),
        (true, Tone::Polite | Tone::Concise | Tone::Warm) => "Hello,".to_owned(),
    }
}

/// What stands before the answer.
pub(crate) fn opening(tone: Tone, reference: Option<&Reference>) -> String {
    let about = reference.map(|r| format!("{} {}", r.what, r.id));
    match (tone, about) {
        (Tone::Polite, Some(about)) => format!("Thank you for your message about {about}. This should help:"),
        (Tone::Polite, None) => "Thank you for your message. This should help:".to_owned(),
        (Tone::Concise, Some(about)) => format!("About {about}:"),
        (Tone::Concise, None) => String::new(),
        (Tone::Warm, Some(about)) => {
            format!("Thanks so much for writing to us about {about}. Here is what I found for you:")
        }
        (Tone::Warm, None) => "Thanks so much for writing to us. Here is what I found for you:".to_owned(),
        (Tone::Formal, Some(about)) => {
            format!("Thank you for your enquiry regarding {about}. Please note the following:")
        }
        (Tone::Formal, None) => "Thank you for your enquiry. Please note the following:".to_owned(),
    }
}

/// What stands after the answer, before the signature.
pub(crate) const fn offer(tone: Tone) -> &'static str {
    match tone {
        Tone::Polite => "If anything is unclear, please reply to this message.",
        Tone::Concise => "",
        Tone::Warm => "If something does not work, just reply here. I am happy to help.",
        Tone::Formal => "Should you have further questions, please reply to this message.",
    }
}

/// What is said when nothing fits, with the one question whose answer would help.
pub(crate) fn honest(tone: Tone, reference: Option<&Reference>, missing: &str) -> String {
    let about =
        reference.map_or_else(|| "your message".to_owned(), |r| format!("your message about {} {}", r.what, r.id));
    match tone {
        Tone::Polite => format!(
            "Thank you for {about}. I don't have a reliable answer at hand, so a colleague will look into it.\n\n{missing}"
        ),
        Tone::Concise => format!("I have no reliable answer to {about}; a colleague will look into it. {missing}"),
        Tone::Warm => format!(
            "Thanks so much for {about}. I would rather not guess here, so a colleague will look into it with you.\n\n\
             One thing would help a lot: {missing}"
        ),
        Tone::Formal => format!(
            "Thank you for {about}. As no reliable answer is available to me, a colleague will look into the \
             matter.\n\n{missing}"
        ),
    }
}

/// The last lines.
pub(crate) fn closing(tone: Tone, agent: &str) -> String {
    let words = match tone {
        Tone::Polite => "Best wishes,",
        Tone::Concise => "Regards,",
        Tone::Warm => "All the best,",
        Tone::Formal => "Yours sincerely,",
    };
    format!("{words}\n{agent}").trim_end().to_owned()
}
