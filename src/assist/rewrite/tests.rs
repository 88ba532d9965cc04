//! What is left out and what is added, on letters as people have them.

use std::collections::BTreeSet;

use crate::assist::claims::terms::terms;
use crate::assist::rewrite::pieces::pieces;
use crate::assist::rewrite::{longer, shorter};

const LETTER: &str = "Hello Robert,\n\nThank you for your message. The second 49.00 is a hold [1]. It ends by itself \
    within 5 days [1]. We are proud of our new shop.\n\nBest wishes,\nMaya";

fn asked() -> BTreeSet<String> {
    terms("second charge of 49.00, when does the hold end?")
}

fn said(text: &str) -> Vec<(&str, bool)> {
    pieces(text).into_iter().map(|piece| (&text[piece.range], piece.fixed)).collect()
}

#[test]
fn a_letter_has_pieces_and_what_leans_on_another_stays_with_it() {
    let expect = [
        ("Hello Robert,", true),
        ("Thank you for your message.", false),
        ("The second 49.00 is a hold [1]. It ends by itself within 5 days [1].", false),
        ("We are proud of our new shop.", false),
        ("Best wishes,", true),
        ("Maya", true),
    ];
    assert_eq!(said(LETTER), expect);
}

#[test]
fn a_list_stays_with_its_lead_and_marks_with_their_sentence() {
    for (text, expect) in [
        ("Do this:\n1. One [1]\n2. Two [1]\n\nThen rest.", vec!["Do this:\n1. One [1]\n2. Two [1]", "Then rest."]),
        ("One is so. [1] Two is not. [2] [3]", vec!["One is so. [1]", "Two is not. [2] [3]"]),
        ("Is it on? Then it works. See [x] there.", vec!["Is it on? Then it works.", "See [x] there."]),
        ("e.g. this costs 4.90 now. Good.", vec!["e.g. this costs 4.90 now.", "Good."]),
        ("", vec![]),
        ("漢字です。次です。", vec!["漢字です。", "次です。"]),
    ] {
        let found: Vec<&str> = said(text).into_iter().map(|(piece, _)| piece).collect();
        assert_eq!(found, expect, "{text}");
    }
}

#[test]
fn what_says_least_is_left_out_and_nothing_is_put_into_other_words() {
    let short = shorter(LETTER, &asked()).unwrap();
    let expect =
        "Hello Robert,\n\nThe second 49.00 is a hold [1]. It ends by itself within 5 days [1].\n\nBest wishes,\nMaya";
    assert_eq!(short, expect);
    assert_eq!(shorter(&short, &asked()), None, "one piece is left, and it stays");
    for word in short.split_whitespace() {
        assert!(LETTER.contains(word), "{word}");
    }
}

#[test]
fn a_question_to_the_customer_stays() {
    let text = "We can help with that. Could you send us the number of the order? Have a nice day.";
    assert_eq!(shorter(text, &BTreeSet::new()).unwrap(), "Could you send us the number of the order?");
}

#[test]
fn nothing_is_left_of_nothing() {
    for text in ["", "   ", "One sentence.", "Hello,", "Best wishes,\nMaya"] {
        assert_eq!(shorter(text, &asked()), None, "{text:?}");
    }
}

#[test]
fn more_is_what_the_cited_source_says_besides_with_its_mark() {
    let article =
        "A hold ends by itself within 5 days.\n\n## When it stays\n\nA hold that is still there after 7 days \
                   is released by your bank on request. Ask the bank for a release of the hold."
            .to_owned();
    let long = longer(LETTER, &[article], &terms("when does the hold end, what if the bank keeps it")).unwrap();
    let added = "A hold that is still there after 7 days is released by your bank on request. [1]";
    assert!(long.contains(added), "{long}");
    assert!(long.starts_with("Hello Robert,") && long.ends_with("\n\nBest wishes,\nMaya"), "{long}");
    let without = long.replace(added, "");
    assert!(LETTER.split_whitespace().all(|word| without.contains(word)), "{long}");
}

#[test]
fn there_is_nothing_to_add_where_the_source_says_no_more_or_nothing_to_the_point() {
    let same = "The second 49.00 is a hold. It ends by itself within 5 days.".to_owned();
    let other = "Our shop in Lisbon opens at nine. The roof terrace serves coffee.".to_owned();
    assert_eq!(longer(LETTER, &[same, other], &asked()), None);
    assert_eq!(longer(LETTER, &[], &asked()), None);
}
