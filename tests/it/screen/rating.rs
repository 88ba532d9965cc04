//! Thumbs: one key and, if one likes, a few words; changed as easily as given.

use countersign::domain::feedback::{Feedback, Thumb};
use countersign::tui::events::Effect;
use countersign::tui::keymap::Context;

use crate::screen::desk::{Person, REPLY};

/// The thumbs that were kept, in order.
fn kept(person: &Person) -> Vec<Feedback> {
    let all = person.asked.iter().filter_map(|effect| match effect {
        Effect::Rate { feedback, .. } => Some(Feedback::clone(feedback)),
        _ => None,
    });
    all.collect()
}

#[test]
fn a_draft_gets_a_thumb_with_words_and_the_head_of_its_pane_shows_it() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut person = Person::at(width, height);
        person.press("enter d -");
        assert_eq!(person.model.context(), Context::Rating);
        person.write("too long");
        insta::assert_snapshot!(format!("rating_{width}x{height}"), person.screen());
        person.press("enter");
        insta::assert_snapshot!(format!("rated_{width}x{height}"), person.screen());
        let [bad] = &kept(&person)[..] else { panic!("one thumb: {:?}", kept(&person)) };
        assert_eq!((bad.thumb, bad.comment.as_deref()), (Thumb::Bad, Some("too long")));
        assert_eq!((bad.tool, bad.ticket.row.version), ("suggest_response", 7));
        assert_eq!(bad.output["response_text"], REPLY);
        assert!(bad.ticket.thread[0].body.contains("two charges"), "what was read is kept with it");
        assert_eq!(person.model.context(), Context::Draft);
    }
}

#[test]
fn escape_keeps_the_thumb_without_words_and_the_other_key_changes_it() {
    let mut person = Person::at(120, 40);
    person.press("enter +");
    person.write("half a wo");
    person.press("esc");
    assert!(person.sees("· + good ") && !person.sees("half a wo"), "{}", person.screen());
    person.press("-");
    person.write("made up a date");
    person.press("enter");
    assert!(person.sees("· - bad: made up a date") && !person.sees("+ good "), "{}", person.screen());
    // The same thumb again brings its words back; escape leaves them.
    person.press("-");
    assert!(person.sees("▸ made up a date"), "{}", person.screen());
    person.press("esc +");
    assert!(!person.sees("▸ made up a date"), "words about the other thumb: {}", person.screen());
    person.press("esc");
    let told: Vec<_> = kept(&person).into_iter().map(|kept| (kept.thumb, kept.comment)).collect();
    let said = Some("made up a date".to_owned());
    assert_eq!(told, [(Thumb::Good, None), (Thumb::Bad, said.clone()), (Thumb::Bad, said), (Thumb::Good, None)]);
}

#[test]
fn the_summary_has_a_thumb_of_its_own_and_what_is_not_there_has_none() {
    let mut person = Person::at(120, 40);
    person.press("enter tab +");
    assert!(person.sees("+ good: this summary"), "{}", person.screen());
    person.press("enter");
    assert_eq!(kept(&person)[0].tool, "summarize_ticket");
    assert!(person.sees("the summary is rated good"), "{}", person.screen());
    let mut early = Person::muted(120, 40, |effect| matches!(effect, Effect::Suggest { .. }));
    early.press("enter +");
    assert!(early.sees("there is no text of the assistant here yet"), "{}", early.screen());
    assert_eq!(kept(&early), []);
}

#[test]
fn a_thumb_is_for_the_text_that_was_shown_and_another_draft_has_none() {
    let mut person = Person::at(120, 40);
    person.press("enter d + esc");
    assert!(person.sees("+ good"), "{}", person.screen());
    person.press("t");
    assert!(!person.sees("+ good"), "{}", person.screen());
    person.press("t t t");
    assert!(person.sees("+ good"), "the first draft is back: {}", person.screen());
}
