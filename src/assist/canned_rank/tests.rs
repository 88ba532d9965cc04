use super::*;

fn canned(id: &str, body: &str) -> CannedReply {
    CannedReply { id: id.parse().unwrap(), title: id.replace('-', " "), body: body.into(), tags: vec![] }
}

fn bank() -> [CannedReply; 4] {
    [
        canned("ask-order", "Could you send me your order number, please?"),
        canned("refund", "Your money will be back on your card in five days."),
        canned("late-parcel", "Your parcel is late; the carrier will bring it tomorrow."),
        canned("goodbye", "Thank you and goodbye."),
    ]
}

fn first(ranker: &Ranker, thread: &[Said<'_>]) -> String {
    ranker.rank(thread)[0].id.to_string()
}

#[test]
fn without_history_shared_words_decide() {
    let ranker = Ranker::learn(&bank(), &[]);
    assert_eq!(first(&ranker, &[Said::Customer("Where is my parcel? It is two days late.")]), "late-parcel");
    assert_eq!(first(&ranker, &[Said::Customer("My money, I want it on my card")]), "refund");
    let nothing = ranker.rank(&[Said::Customer("???")]);
    let ids: Vec<String> = nothing.iter().map(|r| r.id.to_string()).collect();
    assert_eq!(ids, ["ask-order", "refund", "late-parcel", "goodbye"], "equals keep their order");
}

fn talk<'a>(want: &'a str, [order, answer, bye]: [&'a CannedId; 3]) -> Vec<Said<'a>> {
    let (number, thanks) = (Said::Customer("It is FH-1"), Said::Customer("thanks"));
    vec![Said::Customer(want), Said::Canned(order), number, Said::Canned(answer), thanks, Said::Canned(bye)]
}

#[test]
fn the_flow_of_the_desk_is_learned() {
    let bank = bank();
    let [order, refund, late, bye] = bank.each_ref().map(|reply| &reply.id);
    let threads =
        vec![vec![talk("broken, I return it", [order, refund, bye]), talk("it never came", [order, late, bye])]; 6]
            .concat();
    let ranker = Ranker::learn(&bank, &threads);
    assert_eq!(first(&ranker, &[Said::Customer("my parcel never came")]), "ask-order", "the desk asks first");
    let mut thread = vec![Said::Customer("it never came"), Said::Canned(order), Said::Customer("FH-7")];
    assert_eq!(first(&ranker, &thread), "late-parcel", "what was wanted at first still counts");
    thread.extend([Said::Canned(late), Said::Customer("thanks")]);
    assert_eq!(first(&ranker, &thread), "goodbye");
}

#[test]
fn a_record_tells_what_a_lookup_brought() {
    let bank = bank();
    let (refund, late) = (&bank[1].id, &bank[2].id);
    let talk = |record, reply| vec![Said::Customer("any news?"), Said::Record(record), Said::Canned(reply)];
    let threads = vec![vec![talk("status refunded", refund), talk("status delayed", late)]; 5].concat();
    let ranker = Ranker::learn(&bank, &threads);
    for (record, expect) in [("status refunded", "refund"), ("status delayed", "late-parcel")] {
        assert_eq!(first(&ranker, &[Said::Customer("any news?"), Said::Record(record)]), expect);
    }
}

#[test]
fn scores_are_shares_and_the_same_every_time() {
    let bank = bank();
    let thread = [Said::Customer("hello"), Said::Agent("Hi!"), Said::Customer("bye"), Said::Canned(&bank[3].id)];
    let ranked = || Ranker::learn(&bank, &[thread.to_vec(), thread.to_vec()]).rank(&thread[..3]);
    let sum: f64 = ranked().iter().map(|r| r.score).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    assert_eq!(ranked(), ranked());
    assert_eq!(ranked()[0].id, bank[3].id);
}

#[test]
fn no_replies_and_no_thread_rank_nothing() {
    let unknown = "gone".parse().unwrap();
    assert_eq!(Ranker::learn(&[], &[vec![Said::Canned(&unknown)]]).rank(&[Said::Customer("hello")]), []);
    let ranker = Ranker::learn(&bank(), &[vec![Said::Canned(&unknown)]]);
    assert_eq!(ranker.turns, 0, "a reply that the desk no longer has teaches nothing");
    assert_eq!(ranker.rank(&[]).len(), 4);
}

#[test]
fn a_ranking_of_a_large_desk_is_fast() {
    let bank: Vec<CannedReply> = (0..200).map(|n| canned(&format!("m{n}"), &format!("text about thing{n}"))).collect();
    let asked: Vec<String> = (0..2_000).map(|n| format!("I need thing{} and {} please", n % 200, n % 7)).collect();
    let talk = |n: usize| vec![Said::Customer(asked[n].as_str()), Said::Canned(&bank[n % 200].id)];
    let ranker = Ranker::learn(&bank, &(0..2_000).map(talk).collect::<Vec<_>>());
    let fastest = (0..5).map(|_| {
        let start = std::time::Instant::now();
        assert_eq!(ranker.rank(&[Said::Customer("thing77 please")]).len(), 200);
        start.elapsed()
    });
    let fastest = fastest.min().unwrap();
    assert!(fastest.as_micros() < 5_000, "{fastest:?}");
}
