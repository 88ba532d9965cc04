use countersign::commit::{Commit, Outcome, Shown};
use countersign::domain::actor::Role;
use countersign::domain::approval::{Card, Signature};
use countersign::domain::policy::{Policy, Rule};
use countersign::domain::proposal::{ProposalState, Waiting};
use countersign::store::Store as _;
use serde_json::json;

use crate::house::{House, reply, update};

fn signed(card: &Card, text: &str) -> Shown {
    Shown { text: text.to_owned(), ..Shown::from((card, Signature::under(text))) }
}

#[tokio::test]
async fn what_was_shown_elsewhere_and_signed_is_carried_out_once() {
    let house = House::new().await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let id = house.propose(update("T-1", json!({"status": "pending"}))).await.proposal_id.unwrap();
    let card = house.card(&commit, &maya, &id).await;
    let shown = signed(&card, &card.text());
    let done = commit.countersign(&house.run, &maya, &shown).await.unwrap();
    assert_eq!(done, Outcome::Executed { version: card.proposal().base_version() + 1 });
    let again = commit.countersign(&house.run, &maya, &shown).await.unwrap();
    assert_eq!(again, Outcome::Already(ProposalState::Executed));
    let log = house.store.log(None, 1000).await.unwrap();
    let card_kept = log.iter().find(|record| record.action == "shown").unwrap();
    let kept = house.store.log_body(card_kept.seq).await.unwrap().unwrap();
    assert_eq!(kept.card.unwrap(), card.text());
}

#[tokio::test]
async fn a_card_that_is_not_what_the_desk_would_show_approves_nothing() {
    let house = House::new().await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let id = house.propose(reply("T-1", "Your refund is on its way.")).await.proposal_id.unwrap();
    let card = house.card(&commit, &maya, &id).await;
    let text = card.text();
    let other_call = house.propose(reply("T-1", "Nothing will be refunded.")).await.proposal_id.unwrap();
    let other_digest = house.card(&commit, &maya, &other_call).await.proposal().digest();
    let rule = Rule { second_person: true, ..Rule::default() };
    let stricter = Commit { policy: Policy { rules: vec![rule], ..Policy::default() }, ..commit.clone() };
    let later = card.made_at() + jiff::SignedDuration::from_hours(5);
    for (what, commit, shown) in [
        ("other words", &commit, signed(&card, &text.replace("on its way", "denied"))),
        ("fewer words", &commit, signed(&card, "")),
        ("another call", &commit, Shown { digest: other_digest, ..signed(&card, &text) }),
        ("another proposal", &commit, Shown { proposal: other_call.clone(), ..signed(&card, &text) }),
        ("unsigned", &commit, Shown { signature: Signature::under("else"), ..signed(&card, &text) }),
        ("of another age", &commit, Shown { made_at: later, ..signed(&card, &text) }),
        ("under a stricter policy", &stricter, signed(&card, &text)),
    ] {
        let done = commit.countersign(&house.run, &maya, &shown).await.unwrap();
        assert_eq!(done, Outcome::NotAsShown, "{what}");
        assert_eq!(house.store.proposal(&id).await.unwrap().unwrap().state, ProposalState::Pending, "{what}");
    }
    assert_eq!(house.ticket("T-1").await.row.version, card.proposal().base_version());
}

#[tokio::test]
async fn a_ticket_that_moved_between_the_card_and_the_signature_is_not_written() {
    let house = House::new().await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let id = house.propose(update("T-1", json!({"status": "pending"}))).await.proposal_id.unwrap();
    let card = house.card(&commit, &maya, &id).await;
    house.through(update("T-1", json!({"priority": "urgent"}))).await;
    let done = commit.countersign(&house.run, &maya, &signed(&card, &card.text())).await.unwrap();
    assert_eq!(done, Outcome::Superseded);
}

#[tokio::test]
async fn a_card_comes_over_a_wire_as_it_was_and_one_that_would_move_the_cursor_does_not() {
    let house = House::new().await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let hostile = "Hello \u{202e}there\u{1b}[2K,\n\n\tyour refund\u{200b} 👩‍🔧 is on its way.";
    let id = house.propose(reply("T-1", hostile)).await.proposal_id.unwrap();
    let card = house.card(&commit, &maya, &id).await;
    let sent = json!(card);
    assert_eq!(serde_json::from_value::<Card>(sent.clone()).unwrap(), card);
    let waiting = Waiting { proposal: card.proposal().clone(), requirement: card.requirement(), subject: "s".into() };
    assert_eq!(serde_json::from_value::<Waiting>(json!(waiting)).unwrap(), waiting);
    for bad in ["\u{1b}[2J", "a\nb", "\u{202e}"] {
        let mut forged = sent.clone();
        forged["lines"][0]["text"] = json!(bad);
        assert!(serde_json::from_value::<Card>(forged).is_err(), "{bad:?}");
    }
}
