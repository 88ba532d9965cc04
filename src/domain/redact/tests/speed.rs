//! Time grows with the length of a text, whatever is in it.

use std::time::{Duration, Instant};

use crate::domain::redact::{Kind, Veil};

/// Bytes of a text: a tenth of the largest, for builds without optimization.
const LENGTH: usize = 100_000;

#[test]
fn a_long_text_of_anything_is_veiled_in_linear_time() {
    for piece in [
        "1",
        "@",
        "+",
        "a",
        "<",
        "(",
        " ",
        "-",
        "\n",
        "1 ",
        "01 ",
        "+1 ",
        "0-",
        "+(",
        "a@",
        "a.",
        "@a.b",
        "1a",
        "A ",
        "Rue ",
        "5 Rue ",
        "St. ",
        "12 Example Street, ",
        "Apt 1 ",
        "DE89",
        "DE89 ",
        "DE12 3",
        "4111 ",
        "4111-1111-",
        "<EMAIL_1",
        "<EMAIL_1>",
        "ana ",
        "Ana Ana ",
        "é",
        "漢字",
        "🦀",
        "phone ",
        "phone 1234567 ",
        "a@b.example ",
        "Mark\n",
        "\u{202e}",
        "0171 1234567 ",
    ] {
        let text = piece.repeat(LENGTH / piece.len());
        let mut veil = Veil::default();
        veil.know(Kind::Name, "Ana Ana Ana Ana Bo");
        veil.know(Kind::Name, "Mark");
        veil.know(Kind::Phone, "1111111111112");
        let start = Instant::now();
        let hidden = veil.hide(&text);
        let took = start.elapsed();
        assert!(veil.show(&hidden) == text, "{piece:?} comes back");
        // Milliseconds on any machine; where time grew with the square of the length it would be minutes.
        assert!(took < Duration::from_secs(30), "{piece:?} took {took:?}");
    }
}
