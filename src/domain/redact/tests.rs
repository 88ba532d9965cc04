//! What is hidden, what stays, and that everything comes back.

mod corpora;
mod speed;
mod veil;

use crate::domain::redact::{Kind, Veil};

/// Hides a text with nothing known, and makes sure that it comes back.
fn check(input: &str, expect: &str) {
    let mut veil = Veil::default();
    let hidden = veil.hide(input);
    assert_eq!(hidden, expect, "{input:?}");
    assert_eq!(veil.show(&hidden), input);
}

#[test]
fn email_addresses_are_hidden() {
    for (input, expect) in [
        ("write to bob@shop.example.", "write to <EMAIL_1>."),
        ("<Bob.O'Neil+spam@Mail.shop.example>", "<<EMAIL_1>>"),
        ("mailto:bob@shop.example?subject=x", "mailto:<EMAIL_1>?subject=x"),
        ("[bob](mailto:bob@shop.example)", "[bob](mailto:<EMAIL_1>)"),
        ("?email=bob@shop.example&x=1", "?email=<EMAIL_1>&x=1"),
        ("'bob@shop.example'", "'<EMAIL_1>'"),
        ("jörg@müller.example, a@b.example", "<EMAIL_1>, <EMAIL_2>"),
        ("bob@shop.example bob@shop.example", "<EMAIL_1> <EMAIL_1>"),
        ("bob@shop.example...", "<EMAIL_1>..."),
    ] {
        check(input, expect);
    }
}

#[test]
fn telephone_numbers_are_hidden() {
    for input in [
        "+49 171 1234567",
        "+49 (0)171 123 45 67",
        "+491711234567",
        "+1 555-123-4567",
        "+1 (555) 123-4567",
        "+44 20 7946 0958",
        "+351 912 345 678",
        "+33.6.12.34.56.78",
        "0049 171 1234567",
        "0171 1234567",
        "0171-1234567",
        "0171/1234567",
        "01711234567",
        "(0171) 1234567",
        "020 7946 0958",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "(555) 123-4567",
        "555-123-4567",
        "555.123.4567",
        "1-800-555-1234",
        "(+49) 171 1234567",
    ] {
        check(input, "<PHONE_1>");
        check(&format!("Please call {input}, or {input}."), "Please call <PHONE_1>, or <PHONE_1>.");
        check(&format!("tel:{input}\n2026-11-23"), "tel:<PHONE_1>\n2026-11-23");
    }
    for (input, expect) in [
        ("my phone number is 351531510", "my phone number is <PHONE_1>"),
        ("Tel. 5551234", "Tel. <PHONE_1>"),
        ("(206-555-0293)", "(<PHONE_1>)"),
        ("(+49 171 1234567)", "(<PHONE_1>)"),
        ("0171 1234567 2026-11-23", "<PHONE_1> 2026-11-23"),
        ("+49 171 1234567 14:30", "<PHONE_1> 14:30"),
        ("+49 171 1234567 49.00 EUR", "<PHONE_1> 49.00 EUR"),
        ("0171 1234567 0172 7654321", "<PHONE_1> <PHONE_2>"),
        ("555-123-4567 / 555-123-4568", "<PHONE_1> / <PHONE_2>"),
        ("0171 1234567 12 Example Street", "<PHONE_1> <ADDRESS_1>"),
    ] {
        check(input, expect);
    }
}

#[test]
fn cards_and_accounts_are_hidden() {
    for (input, expect) in [
        ("4111 1111 1111 1111", "<CARD_1>"),
        ("card 4111-1111-1111-1111 12/27", "card <CARD_1> 12/27"),
        ("4111111111111111", "<CARD_1>"),
        ("3782 822463 10005", "<CARD_1>"),
        ("378282246310005.", "<CARD_1>."),
        ("DE89 3704 0044 0532 0130 00", "<IBAN_1>"),
        ("IBAN:DE89370400440532013000", "IBAN:<IBAN_1>"),
        ("from gb82 west 1234 5698 7654 32 is mine", "from <IBAN_1> is mine"),
        ("NL91ABNA0417164300, thanks", "<IBAN_1>, thanks"),
    ] {
        check(input, expect);
    }
}

#[test]
fn addresses_are_hidden() {
    for input in [
        "12 Example Street",
        "Example Street 12",
        "221b Baker Street",
        "Hauptstraße 5",
        "Hauptstr. 5",
        "Berliner Straße 12a",
        "Karl-Marx-Allee 5-7",
        "Potsdamer Platz 1",
        "5 rue de la Paix",
        "5 bis, avenue Foch",
        "Calle Mayor 5",
        "Rua das Flores, 12",
        "Via Roma 3",
        "Keizersgracht 123",
        "48 Alder St Apt 3, Portland OR 97205",
        "350 5th Avenue, New York",
        "Flat 3, 12 Example Street, Leeds, LS1 4AB",
        "12 Example Street, London SW1A 1AA",
        "Hauptstraße 5, 10115 Berlin",
        "Hauptstraße 5\n10115 Berlin",
        "12 Example Street\nLeeds\nLS1 4AB",
        "Keizersgracht 123, 1015 CJ Amsterdam",
        "5 rue Lepic, 75018 Paris",
        "2201 Peachtree Road NE, Atlanta, GA 30309",
        "12 Example Street, Unit 4, Springfield, IL 62704",
    ] {
        check(input, "<ADDRESS_1>");
        check(&format!("it goes to {input}.\nThanks"), "it goes to <ADDRESS_1>.\nThanks");
    }
    check("12 Example Street\nThanks\nBob", "<ADDRESS_1>\nThanks\nBob");
    check("12 Example Street, please", "<ADDRESS_1>, please");
}

#[test]
fn what_a_model_needs_stays() {
    for input in [
        "order FH-100001",
        "FH-1000011234",
        "#88121",
        "#8812112345",
        "order 88121234",
        "order number 0123456789",
        "PW482019377",
        "tracking 1Z999AA10123456784",
        "tracking number 4111111111111111",
        "49.00",
        "1,299.00 EUR",
        "1.299.000,00",
        "2026-11-23",
        "23.11.2026",
        "01/02/2026",
        "01.02.2026 14:30",
        "2026-11-23T14:30:00Z",
        "2026-11-21 14:39:22.057",
        "09:30-17:30",
        "09.30 - 17.30",
        "v1.2.3",
        "firmware 04.12.0001",
        "T-1127",
        "KB-01",
        "INV-2026-08816",
        "1589375697123",
        "4111 1111 1111 1112",
        "DE89 3704 0044 0532 0130 01",
        "at 159 images uploading",
        "192.168.178.101",
        "10.0.0.1:8080",
        "1 000 000",
        "5 6 7 8 9 10 11",
        "100-2000",
        "2.4-2.5 GHz",
        "0.123456789",
        "50% of 0123456789%",
        "https://x.example/0171/1234567",
        "id_01711234567",
        "@someone",
        "a@b",
        "npm i left-pad@1.2.3",
        "user@localhost",
        "@@@",
        "5 star street food",
        "two Main Courses",
        "24 Hours",
        "Bring 2",
        "Room 12, Way 5",
        "Monitoring 24",
        "place 5 orders",
        "a5f0171-1234567",
        "0 1 2 3 4 5 6 7 8 9 10 11 12",
        "00012345",
        "+5",
        "+0100",
        "UTC+02:00",
        "8-digit 12345678",
        "7.5 x 10.5",
        "978-3-16-148410-0",
    ] {
        check(input, input);
    }
}

#[test]
fn a_written_placeholder_is_nobodys_data() {
    let mut veil = Veil::default();
    let first = veil.hide("bob@shop.example <EMAIL_1> <EMAIL_1_2> <TEXT_1> <PHONE_07> <EMAIL_> <EMAIL_x>");
    assert_eq!(first, "<EMAIL_1> <TEXT_1> <TEXT_2> <TEXT_3> <TEXT_4> <TEXT_5> <EMAIL_x>");
    let later = veil.hide("<EMAIL_1>");
    assert_eq!(later, "<TEXT_1>");
    assert_eq!(veil.show(&later), "<EMAIL_1>");
    assert_eq!(veil.show("<EMAIL_9> <NAME_1> <EMAIL_1>"), "<EMAIL_9> <NAME_1> bob@shop.example");
    assert_eq!(veil.know_and_hide(Kind::Name, "EMAIL", "<EMAIL_1> EMAIL <EMAIL_"), "<TEXT_1> <NAME_1> <<NAME_1>_");
}

impl Veil {
    fn know_and_hide(&mut self, kind: Kind, value: &str, text: &str) -> String {
        self.know(kind, value);
        self.hide(text)
    }
}
