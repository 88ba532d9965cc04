use super::*;

fn decision(queue: &str, tool: &str, score: f64, verdict: Verdict) -> Decision {
    Decision { queue: queue.to_owned(), tool: tool.to_owned(), score, verdict }
}

/// `n` decisions at each of nine scores, of which a share was approved; the rest was edited and denied in turn.
fn history(queue: &str, tool: &str, n: u32, approved: impl Fn(f64) -> f64) -> Vec<Decision> {
    let verdict = |k: u32, share: f64| match (f64::from(k) + 0.5 < share * f64::from(n), k % 2) {
        (true, _) => Verdict::Approved,
        (false, 0) => Verdict::Edited,
        (false, _) => Verdict::Denied,
    };
    let at = |score: f64| (0..n).map(move |k| (k, score));
    let cells = (1..10).flat_map(|tenth| at(f64::from(tenth) / 10.0));
    cells.map(|(k, score)| decision(queue, tool, score, verdict(k, approved(score)))).collect()
}

fn probability(fit: &Calibration, queue: &str, tool: &str, score: f64) -> f64 {
    match fit.probability(queue, tool, score) {
        Calibrated::Probability(p) => p,
        Calibrated::NotEnough(n) => panic!("only {n} decisions"),
    }
}

#[test]
fn scores_that_claim_too_much_or_too_little_are_put_right() {
    let over = |score: f64| platt::logistic(0.4 * log_odds(score) - 0.6);
    let under = |score: f64| platt::logistic(1.8 * log_odds(score) + 0.5);
    let shifted = |score: f64| platt::logistic(log_odds(score) - 1.5);
    for (name, truth) in [("over", &over as &dyn Fn(f64) -> f64), ("under", &under), ("shifted", &shifted)] {
        let fit = Calibration::fit(&history("mail", "reply", 200, truth));
        for score in [0.1, 0.35, 0.6, 0.9] {
            let (p, expect) = (probability(&fit, "mail", "reply", score), truth(score));
            assert!((p - expect).abs() < 0.03, "{name} at {score}: {p} for {expect}");
        }
    }
}

#[test]
fn a_higher_score_never_means_a_lower_probability() {
    let mut decisions = history("mail", "reply", 20, |score| 1.0 - score);
    decisions.extend(history("shop", "reply", 20, |score| score));
    decisions.extend(history("mail", "close", 20, |_| 0.5));
    let fit = Calibration::fit(&decisions);
    for (queue, tool) in [("mail", "reply"), ("shop", "reply"), ("new", "reply"), ("mail", "close")] {
        let rising: Vec<f64> = (0..=100).map(|p| probability(&fit, queue, tool, f64::from(p) / 100.0)).collect();
        assert!(rising.windows(2).all(|pair| pair[0] <= pair[1]), "{queue} {tool}: {rising:?}");
    }
}

#[test]
fn a_small_queue_borrows_and_a_large_one_speaks_for_itself() {
    let with = |n: u32| {
        let mut decisions = history("mail", "reply", 30, |_| 0.9);
        decisions.extend(history("shop", "reply", 30, |_| 0.85));
        decisions.extend(history("new", "reply", n, |_| 0.0));
        probability(&Calibration::fit(&decisions), "new", "reply", 0.5)
    };
    let (none, few, many) = (with(0), with(1), with(50));
    assert!(none > 0.8, "a queue without decisions has those of the others: {none}");
    assert!(few < none && few > 0.02, "nine denials count, and are not all: {few}");
    assert!(many < 0.03, "450 denials are: {many}");
}

#[test]
fn a_new_queue_has_the_line_of_its_own_tool() {
    let mut decisions = history("mail", "reply", 30, |_| 0.9);
    decisions.extend(history("mail", "close", 30, |_| 0.2));
    let fit = Calibration::fit(&decisions);
    assert!(probability(&fit, "new", "reply", 0.5) > 0.8 && probability(&fit, "new", "close", 0.5) < 0.3);
}

#[test]
fn below_the_minimum_nothing_is_said() {
    let reply = history("mail", "reply", 12, |score| score);
    let of = |n: usize| Calibration::fit(&reply[..n]).probability("shop", "reply", 0.7);
    assert_eq!(of(FEWEST - 1), Calibrated::NotEnough(FEWEST - 1));
    assert!(matches!(of(FEWEST), Calibrated::Probability(_)), "over all queues");
    assert_eq!(Calibration::fit(&reply).probability("mail", "close", 0.7), Calibrated::NotEnough(0));
    assert_eq!(Calibration::fit(&[]).probability("mail", "reply", 0.7), Calibrated::NotEnough(0));
}

#[test]
fn whatever_was_decided_the_probability_is_one() {
    for verdict in Verdict::ALL {
        for past in [0.0, 0.5, 1.0, -3.0, 7.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let fit = Calibration::fit(&vec![decision("mail", "reply", past, *verdict); 200]);
            for score in [0.0, 0.5, 1.0, -3.0, 7.0, f64::NAN, f64::INFINITY] {
                let p = probability(&fit, "mail", "reply", score);
                assert!(p > 0.0 && p < 1.0, "{verdict} at {past}, asked at {score}: {p}");
            }
        }
    }
}

#[test]
fn the_same_decisions_give_the_same_figures() {
    let decisions = history("mail", "reply", 20, |score| score * score);
    let bits = || probability(&Calibration::fit(&decisions), "mail", "reply", 0.37).to_bits();
    assert_eq!(bits(), bits());
}

#[test]
fn a_decision_is_foreseen_by_earlier_ones_alone() {
    let approved = vec![decision("mail", "reply", 0.5, Verdict::Approved); 150];
    let mut turned = approved.clone();
    turned.extend(vec![decision("mail", "reply", 0.5, Verdict::Denied); 25]);
    let (before, after) = (prequential(&approved), prequential(&turned));
    assert_eq!((before.len(), after.len()), (50, 75), "the first hundred are too few to foresee");
    assert_eq!(after[..50], before[..], "what came later changes nothing");
    assert!(after[50..].iter().all(|(p, approved)| *p > 0.9 && !approved), "nobody saw the turn coming");
}

#[test]
fn all_but_the_first_decisions_of_a_history_are_foreseen() {
    let decisions = history("mail", "reply", 200, |score| score);
    assert_eq!(prequential(&decisions).len(), decisions.len() - FEWEST);
}

#[test]
fn a_decision_has_one_written_form() {
    let line = r#"{"queue":"mail","tool":"reply","score":0.5,"verdict":"edited"}"#;
    let read: Decision = serde_json::from_str(line).unwrap();
    assert_eq!(read, decision("mail", "reply", 0.5, Verdict::Edited));
    assert_eq!(serde_json::to_string(&read).unwrap(), line);
}
