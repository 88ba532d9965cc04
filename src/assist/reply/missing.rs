//! The one fact to ask for when nothing answers: what a colleague would need first.

use crate::assist::reply::asking::Question;

/// A topic, by the stems of its words, and the question that helps most with it.
const TOPICS: &[(&str, &str)] = &[
    ("parcel deliveri deliv deliver ship order track box invoic charg refund return bought buy", ORDER),
    ("password login account sign email code authent lock", "Could you tell me which e-mail address your account has?"),
    (
        "app phone iphon android bluetooth wifi updat firmwar",
        "Could you tell me which version of the app you use, and on which phone?",
    ),
    (
        "machin leak error nois steam broken broke repair warranti pump heat water grinder burr",
        "Could you tell me the model and the serial number?",
    ),
];
const ORDER: &str = "Could you send me your order number?";
const OPEN: &str = "Could you tell me a little more about what you would like us to do?";

/// The question to ask; an order number that is known is not asked for again.
pub(crate) fn question(asked: &Question) -> &'static str {
    let known = asked.reference.is_some();
    let hits = |stems: &str| stems.split(' ').filter(|s| asked.terms.contains(*s)).count();
    let open = TOPICS.iter().filter(|(_, ask)| !(known && *ask == ORDER));
    let best = open
        .map(|(stems, ask)| (hits(stems), *ask))
        .fold((0, OPEN), |best, next| if next.0 > best.0 { next } else { best });
    best.1
}
