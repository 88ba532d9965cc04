//! Which canned reply a message was sent from, so that a desk's own threads can be learned from.

use crate::domain::article::CannedReply;
use crate::domain::ids::CannedId;

/// A reply with less fixed text than this many characters is recognised in nothing.
const LEAST_FIXED: usize = 12;

/// The canned reply whose fixed text stands in the message, in order; of several the one with the most fixed text.
///
/// Fields like `{{customer.first_name}}` stand for anything, and text may be added before, behind and in between.
#[must_use]
pub fn recognised<'a>(canned: &'a [CannedReply], message: &str) -> Option<&'a CannedId> {
    let message = plain(message);
    let found = canned.iter().filter_map(|reply| {
        let fixed = fixed(&reply.body);
        let length = fixed.iter().map(|part| part.chars().count()).sum::<usize>();
        (length >= LEAST_FIXED && stand_in_order(&fixed, &message)).then_some((length, &reply.id))
    });
    // The first of equals, whatever their number.
    found.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, id)| id)
}

/// The text between the fields.
fn fixed(body: &str) -> Vec<String> {
    let parts = body.split("{{").enumerate().map(|(at, part)| match part.split_once("}}") {
        Some((_, behind)) if at > 0 => behind,
        Some(_) | None => part,
    });
    parts.map(plain).filter(|part| !part.is_empty()).collect()
}

/// Lower case, with single blanks: a mail wraps lines where it likes.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn stand_in_order(parts: &[String], message: &str) -> bool {
    let mut rest = message;
    parts.iter().all(|part| match rest.split_once(part.as_str()) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_recognised_by_the_text_around_its_fields() {
        let reply = |id: &str, body: &str| CannedReply {
            id: id.parse().unwrap(),
            title: String::new(),
            body: body.into(),
            tags: vec![],
        };
        let canned = [
            reply("short", "{{customer.first_name}}, hi"),
            reply("number", "Could you send me your order number, please?"),
            reply("late", "Hello {{customer.first_name}},\n\nyour parcel {{ticket.id}} is late.\n\n{{agent.name}}"),
            reply("later", "Hello {{customer.first_name}},\n\nyour parcel {{ticket.id}} is late. Very sorry!"),
        ];
        for (message, expect) in [
            ("Hi Ines!\n\nCould you send me your\norder number, please? Thanks, Maya", Some("number")),
            ("Hello Ines,\n\nyour parcel T-7 is late.\n\nMaya", Some("late")),
            ("Hello Ines,\n\nyour parcel T-7 is late. Very sorry!", Some("later")),
            ("Your parcel is late. Hello again.", None),
            ("Ines, hi", None),
            ("", None),
        ] {
            assert_eq!(recognised(&canned, message).map(CannedId::as_str), expect, "{message}");
        }
    }
}
