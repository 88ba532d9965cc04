//! What may stand beside a number, and which words before it say what it is.

/// Bytes before a number in which a telling word is looked for.
const LOOK_BACK: usize = 48;
/// Words of which there are many between a telling word and its number.
const FILLERS: &[&str] = &[
    "number", "numbers", "no", "nr", "num", "is", "was", "are", "on", "at", "me", "us", "my", "our", "the", "your",
    "id", "code", "back", "please", "under", "to", "a", "of", "this", "new", "number's", "nummer", "ist", "unter",
    "mich", "for", "s", "it",
];
/// Words that announce a telephone number.
const TELEPHONE: &[&str] = &[
    "phone",
    "telephone",
    "tel",
    "mobile",
    "cell",
    "cellphone",
    "fax",
    "call",
    "callback",
    "ring",
    "whatsapp",
    "sms",
    "telefon",
    "handy",
    "mobil",
    "telefone",
    "telefono",
    "teléfono",
    "móvil",
    "téléphone",
    "portable",
    "telemóvel",
];
/// Words that announce a number which the desk works with.
const BUSINESS: &[&str] = &[
    "order",
    "orders",
    "tracking",
    "track",
    "parcel",
    "shipment",
    "invoice",
    "receipt",
    "ticket",
    "reference",
    "ref",
    "serial",
    "sku",
    "ean",
    "transaction",
    "confirmation",
    "case",
    "delivery",
    "consignment",
    "article",
    "item",
    "model",
    "bestellung",
    "bestellnummer",
    "sendung",
    "sendungsnummer",
    "rechnung",
    "commande",
    "pedido",
    "version",
    "firmware",
];

/// What the words before a number say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    /// Nothing.
    None,
    /// A telephone number follows.
    Telephone,
    /// The number of an order, a parcel, an invoice follows.
    Business,
}

/// What the words before a place on its line say.
pub(super) fn cue(text: &str, start: usize) -> Cue {
    let line = &text[floor(text, start.saturating_sub(LOOK_BACK))..start];
    let line = line.rsplit('\n').next().unwrap_or(line).to_lowercase();
    let telling = line
        .split(|c: char| !c.is_alphanumeric())
        .rev()
        .filter(|word| !word.is_empty())
        .take(5)
        .find(|word| !FILLERS.contains(word));
    match telling {
        Some(word) if TELEPHONE.contains(&word) => Cue::Telephone,
        Some(word) if BUSINESS.contains(&word) => Cue::Business,
        Some(_) | None => Cue::None,
    }
}

/// Whether a number may begin at a place, rather than go on there.
pub(super) fn opens(text: &str, start: usize) -> bool {
    let mut before = text[..start].chars().rev();
    let Some(last) = before.next() else { return true };
    let second = before.next();
    match last {
        '-' | '.' | '/' | '\\' => !second.is_some_and(|c| c.is_alphanumeric() || c == '/'),
        ',' | ':' | '+' => !second.is_some_and(|c| c.is_ascii_digit()),
        _ => !is_bound(last),
    }
}

/// Whether a number may end at a place, rather than go on there.
pub(super) fn closes(text: &str, end: usize) -> bool {
    let mut after = text[end..].chars();
    let Some(first) = after.next() else { return true };
    let second = after.next();
    match first {
        '-' | '/' | '\\' => !second.is_some_and(char::is_alphanumeric),
        '.' | ',' | ':' => !second.is_some_and(|c| c.is_ascii_digit()),
        _ => !is_bound(first),
    }
}

/// A character that makes a number beside it part of something else.
fn is_bound(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '#' | '$' | '€' | '£' | '¥' | '%' | '@' | '&')
}

/// The nearest place at or before one where a character begins.
fn floor(text: &str, mut place: usize) -> usize {
    while !text.is_char_boundary(place) {
        place -= 1;
    }
    place
}
