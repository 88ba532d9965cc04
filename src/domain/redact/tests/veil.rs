//! Known values, numbering, spellings and JSON.

use serde_json::json;

use crate::domain::redact::{Kind, Veil};

fn knowing(known: &[(Kind, &str)]) -> Veil {
    let mut veil = Veil::default();
    for (kind, value) in known {
        veil.know(*kind, value);
    }
    veil
}

fn check(known: &[(Kind, &str)], input: &str, expect: &str) {
    let mut veil = knowing(known);
    let hidden = veil.hide(input);
    assert_eq!(hidden, expect, "{input:?}");
    assert_eq!(veil.show(&hidden), input);
    assert_eq!(veil.hide(input), hidden, "the second time is as the first");
}

#[test]
fn known_names_and_their_parts_are_hidden() {
    for (name, input, expect) in [
        ("Ines Duarte", "I am INES DUARTE", "I am <NAME_1>"),
        ("Ines Duarte", "ines  duarte's grinder", "<NAME_1>'s grinder"),
        ("Ines Duarte", "Hi Ines, Ms Duarte, INES", "Hi <NAME_1>, Ms <NAME_1_2>, <NAME_1_3>"),
        ("Ines Duarte", "ines, Inesita, Zines, duartes", "ines, Inesita, Zines, duartes"),
        ("Jakub Novák", "the label says NOVÁK", "the label says <NAME_1>"),
        ("Jean-Luc Picard", "Jean-Luc or Jean", "<NAME_1> or <NAME_1_2>"),
        ("Kenji Otsuka (大塚 健二)", "Kenji, 大塚さん, 大塚 健二", "<NAME_1>, <NAME_1_2>さん, <NAME_1_3>"),
        ("سارة أحمد", "مرحبا سارة أحمد", "مرحبا <NAME_1>"),
        ("Ann Other", "another day, Another", "another day, Another"),
        ("Bo Li", "Bo Li, Bo, Li", "<NAME_1>, Bo, Li"),
        ("Anna Bell", "Annna, Aanna, Annaa", "Annna, Aanna, Annaa"),
        ("Zoë", "zoë and Zoë", "zoë and <NAME_1>"),
        ("O'Brien", "Mr O'Brien", "Mr <NAME_1>"),
    ] {
        check(&[(Kind::Name, name)], input, expect);
    }
}

#[test]
fn a_name_that_is_a_word_is_hidden_only_where_it_is_a_name() {
    let known = [(Kind::Name, "Will Summer"), (Kind::Name, "May")];
    check(&known, "Will you ship in Summer or May?", "Will you ship in Summer or May?");
    check(&known, "will summer wrote, WILL SUMMER", "<NAME_1> wrote, <NAME_1_2>");
    check(&known, "Dear Will, thanks May", "Dear <NAME_1>, thanks <NAME_2>");
    check(&known, "It broke.\n\nWill\n", "It broke.\n\n<NAME_1>\n");
}

#[test]
fn known_values_are_hidden_whatever_they_look_like() {
    for (kind, value, input, expect) in [
        (Kind::Email, "bob@localhost", "to BOB@localhost, bob@localhosts", "to <EMAIL_1>, bob@localhosts"),
        (Kind::Phone, "12345678", "call 1234 56-78 or 123456789", "call <PHONE_1> or 123456789"),
        (Kind::Phone, "+49 171 1234567", "+49(0)171, +491711234567", "+49(0)171, <PHONE_1>"),
        (Kind::Card, "1234 5678", "card 12345678", "card <CARD_1>"),
        (Kind::Iban, "XX00 1234", "xx001234", "<IBAN_1>"),
        (Kind::Address, "The Old Mill, Upper Slaughter", "the old mill\nUpper  Slaughter", "<ADDRESS_1>"),
        (Kind::Text, "Project Heron", "about project heron", "about <TEXT_1>"),
    ] {
        check(&[(kind, value)], input, expect);
    }
}

#[test]
fn knowing_nothing_hides_nothing() {
    for kind in Kind::ALL {
        check(&[(*kind, ""), (*kind, " "), (*kind, "--"), (*kind, "\u{202e}")], "a -- b \u{202e}", "a -- b \u{202e}");
    }
}

#[test]
fn spellings_share_a_number_and_come_back_as_they_were() {
    check(&[], "a@b.example A@B.example a@b.example", "<EMAIL_1> <EMAIL_1_2> <EMAIL_1>");
    check(&[], "0171 1234567, 0171-1234567", "<PHONE_1>, <PHONE_1_2>");
    check(&[], "4111111111111111, 4111 1111 1111 1111", "<CARD_1>, <CARD_1_2>");
    check(&[], "12 Example Street; 12 Example STREET", "<ADDRESS_1>; <ADDRESS_1_2>");
}

#[test]
fn numbers_follow_the_first_appearance_over_all_texts() {
    let mut veil = knowing(&[(Kind::Name, "Ines Duarte"), (Kind::Name, "Bob Stone")]);
    assert_eq!(veil.hide("Bob Stone, b@x.example"), "<NAME_1>, <EMAIL_1>");
    assert_eq!(veil.hide("Ines, a@x.example, b@x.example"), "<NAME_2>, <EMAIL_2>, <EMAIL_1>");
    assert_eq!(veil.show("<NAME_2> and <NAME_1>"), "Ines and Bob Stone");
}

#[test]
fn json_values_are_veiled_and_keys_are_not() {
    let mut veil = Veil::default();
    let plain = json!({"a@x.example": ["a@x.example", 1, null, {"to": "b@x.example"}], "n": true});
    let mut value = plain.clone();
    veil.hide_json(&mut value);
    assert_eq!(value, json!({"a@x.example": ["<EMAIL_1>", 1, null, {"to": "<EMAIL_2>"}], "n": true}));
    veil.show_json(&mut value);
    assert_eq!(value, plain);
}

#[test]
fn debug_prints_no_values() {
    let mut veil = knowing(&[(Kind::Name, "Ines Duarte")]);
    let _ = veil.hide("Ines Duarte, bob@shop.example");
    assert_eq!(format!("{veil:?}"), "Veil { known: 1, hidden: 2, .. }");
}

#[test]
fn any_mixture_of_pieces_comes_back() {
    let pieces = [
        "bob@shop.example",
        "BOB@shop.example",
        "@",
        "<",
        ">",
        "<EMAIL_1>",
        "<EMAIL_1_2>",
        "<TEXT_1>",
        "<EMAIL_",
        "1",
        "_",
        " ",
        "\n",
        ", ",
        "0171 1234567",
        "+49",
        "(",
        ")",
        "-",
        "4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00",
        "12 Example Street",
        "Leeds",
        "LS1 4AB",
        "Apt 3",
        "rue",
        "Ines",
        "DUARTE",
        "ines duarte",
        "EMAIL",
        "大塚",
        "\u{202e}",
        "e\u{301}",
        "İ",
        "ß",
        "🦀",
        ".",
        "mailto:",
    ];
    let mut veil = knowing(&[(Kind::Name, "Ines Duarte"), (Kind::Name, "EMAIL_ 1"), (Kind::Name, "大塚 健二")]);
    veil.know(Kind::Text, "<EMAIL_");
    veil.know(Kind::Text, "1>");
    let mut seed: u64 = 1;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[usize::try_from(seed >> 40).unwrap() % pieces.len()]);
        }
        let hidden = veil.hide(&text);
        assert_eq!(veil.show(&hidden), text);
    }
}
