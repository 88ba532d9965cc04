//! A request that goes by a name of its caller's is done once, and answered the same as often as it comes.

use std::sync::Arc;

use countersign::domain::canonical::Digest;
use countersign::domain::request::{Claim, Claimed, GivenAnswer};
use jiff::{SignedDuration, Timestamp};

use crate::store::{Desk, later, now, on_both};

on_both! {
    who_asks_again_gets_the_same_answer,
    a_name_is_its_caller_s_own_at_one_route,
    by_the_same_name_nothing_else_is_asked_for,
    what_was_given_back_is_done_by_who_asks_next,
    an_answer_is_given_again_for_a_day_and_no_longer,
    who_died_over_a_request_leaves_it_to_others_and_is_not_heard_afterwards,
    the_first_answer_stands,
    an_answer_to_what_nobody_claimed_is_kept_nowhere,
    of_many_who_ask_at_once_exactly_one_does_it,
    an_answer_comes_back_to_the_letter,
}

fn claim(key: &str, at: Timestamp) -> Claim {
    Claim {
        by: "maya".parse().unwrap(),
        route: "POST /tickets/T-1/actions/reply".to_owned(),
        key: key.to_owned(),
        asked: Digest::of(&[b"hello"]),
        at,
    }
}

fn said(body: &str) -> GivenAnswer {
    GivenAnswer { status: 202, headers: vec![("location".to_owned(), "/x".to_owned())], body: body.to_owned() }
}

fn after(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.checked_add(span).unwrap()
}

impl Desk {
    async fn claimed(&self, claim: &Claim) -> Claimed {
        self.store.claim(claim).await.unwrap()
    }

    async fn settled(&self, claim: &Claim, answer: Option<&GivenAnswer>) {
        self.store.settle_claim(claim, answer).await.unwrap();
    }
}

async fn who_asks_again_gets_the_same_answer(desk: Desk) {
    let (first, again) = (claim("k", now()), claim("k", later(1)));
    assert_eq!(desk.claimed(&first).await, Claimed::First);
    assert_eq!(desk.claimed(&again).await, Claimed::UnderWay);
    assert_eq!(desk.again().await.claim(&again).await.unwrap(), Claimed::UnderWay, "at whichever server");
    desk.settled(&first, Some(&said("done"))).await;
    for _ in 0..2 {
        assert_eq!(desk.claimed(&again).await, Claimed::Done(said("done")));
    }
    assert_eq!(desk.again().await.claim(&again).await.unwrap(), Claimed::Done(said("done")));
}

async fn a_name_is_its_caller_s_own_at_one_route(desk: Desk) {
    let first = claim("k", now());
    let others = [
        Claim { by: "tom".parse().unwrap(), ..first.clone() },
        Claim { route: "POST /tickets/T-2/actions/reply".to_owned(), ..first.clone() },
        Claim { key: "K".to_owned(), ..first.clone() },
        Claim { key: "k ".to_owned(), ..first.clone() },
    ];
    assert_eq!(desk.claimed(&first).await, Claimed::First);
    for other in &others {
        assert_eq!(desk.claimed(other).await, Claimed::First, "{other:?}");
    }
    desk.settled(&others[0], Some(&said("tom's"))).await;
    assert_eq!(desk.claimed(&first).await, Claimed::UnderWay);
    assert_eq!(desk.claimed(&others[0]).await, Claimed::Done(said("tom's")));
}

async fn by_the_same_name_nothing_else_is_asked_for(desk: Desk) {
    let first = claim("k", now());
    let other = Claim { asked: Digest::of(&[b"bye"]), ..first.clone() };
    desk.claimed(&first).await;
    assert_eq!(desk.claimed(&other).await, Claimed::Other, "while it is under way");
    desk.settled(&first, Some(&said("done"))).await;
    assert_eq!(desk.claimed(&other).await, Claimed::Other, "and afterwards");
    assert_eq!(desk.claimed(&first).await, Claimed::Done(said("done")), "it changed nothing");
}

async fn what_was_given_back_is_done_by_who_asks_next(desk: Desk) {
    let first = claim("k", now());
    desk.claimed(&first).await;
    desk.settled(&first, None).await;
    let next = Claim { asked: Digest::of(&[b"bye"]), ..claim("k", later(1)) };
    assert_eq!(desk.claimed(&next).await, Claimed::First, "whatever it asks for");
    desk.settled(&next, Some(&said("done"))).await;
    desk.settled(&next, None).await;
    assert_eq!(desk.claimed(&next).await, Claimed::Done(said("done")), "what was answered is not given back");
}

async fn an_answer_is_given_again_for_a_day_and_no_longer(desk: Desk) {
    let at = now();
    let first = claim("k", at);
    desk.claimed(&first).await;
    desk.settled(&first, Some(&said("done"))).await;
    let day = SignedDuration::from_hours(24);
    assert_eq!(desk.claimed(&claim("k", after(at, day))).await, Claimed::Done(said("done")), "to the last moment");
    let too_late = claim("k", after(at, day + SignedDuration::from_millis(1)));
    assert_eq!(desk.claimed(&too_late).await, Claimed::First);
    assert_eq!(desk.claimed(&too_late).await, Claimed::UnderWay);
}

async fn who_died_over_a_request_leaves_it_to_others_and_is_not_heard_afterwards(desk: Desk) {
    let at = now();
    let dead = claim("k", at);
    desk.claimed(&dead).await;
    let while_it_may = SignedDuration::from_secs(120);
    assert_eq!(desk.claimed(&claim("k", after(at, while_it_may))).await, Claimed::UnderWay, "to the last moment");
    let heir = claim("k", after(at, while_it_may + SignedDuration::from_millis(1)));
    assert_eq!(desk.claimed(&heir).await, Claimed::First);
    desk.settled(&dead, Some(&said("too late"))).await;
    desk.settled(&dead, None).await;
    assert_eq!(desk.claimed(&heir).await, Claimed::UnderWay);
    desk.settled(&heir, Some(&said("done"))).await;
    assert_eq!(desk.claimed(&heir).await, Claimed::Done(said("done")));
}

async fn the_first_answer_stands(desk: Desk) {
    let first = claim("k", now());
    desk.claimed(&first).await;
    desk.settled(&first, Some(&said("one"))).await;
    desk.settled(&first, Some(&said("two"))).await;
    assert_eq!(desk.claimed(&first).await, Claimed::Done(said("one")));
}

async fn an_answer_to_what_nobody_claimed_is_kept_nowhere(desk: Desk) {
    let first = claim("k", now());
    desk.settled(&first, Some(&said("done"))).await;
    desk.settled(&first, None).await;
    assert_eq!(desk.claimed(&first).await, Claimed::First);
}

async fn of_many_who_ask_at_once_exactly_one_does_it(desk: Desk) {
    let other = desk.again().await;
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..12 {
        let store = Arc::clone(if n % 2 == 0 { &desk.store } else { &other });
        let claim = claim("k", now());
        asked.spawn(async move { store.claim(&claim).await.unwrap() });
    }
    let (mut first, mut under_way) = (0, 0);
    while let Some(claimed) = asked.join_next().await {
        match claimed.unwrap() {
            Claimed::First => first += 1,
            Claimed::UnderWay => under_way += 1,
            other @ (Claimed::Other | Claimed::Done(_)) => panic!("{other:?}"),
        }
    }
    assert_eq!((first, under_way), (1, 11));
}

async fn an_answer_comes_back_to_the_letter(desk: Desk) {
    let headers = [("etag", "\"3\""), ("x", ""), ("x", "退款 'quoted'")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    for (n, (status, body)) in
        [(200, "{\"a\": \"Ünïcode 退款 \\u0000 \\\\ 'q'\"}"), (599, ""), (100, " \n\t")].into_iter().enumerate()
    {
        let claim = claim(&format!("k{n}"), now());
        let answer = GivenAnswer { status, headers: headers.to_vec(), body: body.to_owned() };
        desk.claimed(&claim).await;
        desk.settled(&claim, Some(&answer)).await;
        assert_eq!(desk.claimed(&claim).await, Claimed::Done(answer));
    }
}
