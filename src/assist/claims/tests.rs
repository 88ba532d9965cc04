//! What is a claim, and which sources carry it.

use super::unsupported;

fn check(draft: &str, sources: &[&str], expect: &[(&str, &str)]) {
    let found = unsupported(draft, sources);
    for mark in &found {
        assert_eq!(draft.get(mark.start..mark.end), Some(mark.text.as_str()), "offsets of {mark:?} in {draft:?}");
    }
    let found: Vec<(&str, &str)> = found.iter().map(|u| (u.kind.as_str(), u.text.as_str())).collect();
    assert_eq!(found, expect, "draft {draft:?} against {sources:?}");
}

fn holds(draft: &str, source: &str) {
    check(draft, &[source], &[]);
}

#[test]
fn one_amount_has_many_writings() {
    for draft in ["49.00", "49,00", "€49", "49 €", "EUR 49", "49 euros", "４９", "٤٩", "forty-nine", "49,–", "49"]
    {
        for source in ["It costs 49.00.", "It costs 49,00 €.", "costs €49", "forty-nine euros", "٤٩"] {
            holds(&format!("The price is {draft} here."), source);
        }
    }
}

#[test]
fn thousands_are_grouped_in_many_ways() {
    for draft in [
        "1290",
        "1,290",
        "1.290",
        "1'290",
        "1’290.00",
        "1\u{a0}290",
        "1.290,00",
        "1,290.00",
        "one thousand two hundred ninety",
    ] {
        holds(&format!("It is {draft} in all."), "The Heron costs 1,290.00.");
        holds("It is 1290 in all.", &format!("The Heron costs {draft}."));
    }
    check("It is 1,291 in all.", &["1,290.00"], &[("number", "1,291")]);
    check("It is 12,90 in all.", &["1,290.00"], &[("number", "12,90")]);
}

#[test]
fn a_number_counts_something() {
    check("It takes 5 weeks.", &["It takes up to 5 working days."], &[("number", "5 weeks")]);
    check("It takes five days.", &["up to 5 working days"], &[]);
    check("You get 5 % off.", &["It takes 5 days, for 5 machines."], &[("number", "5 %")]);
    check("You get 5 percent off.", &["5% off"], &[]);
    check("It costs $49.", &["It costs €49."], &[("number", "$49")]);
    check("Hold it for 30 seconds.", &["Hold it for 30 minutes."], &[("number", "30 seconds")]);
    check("It takes 2 to 3 working days.", &["| UK | 2-3 working days |"], &[]);
    check("It takes 5 days.", &["order 5 of the beans"], &[("number", "5 days")]);
}

#[test]
fn identifiers_and_phone_numbers_are_compared_whole() {
    holds("Your order FH-418820 is here.", "my order is fh-418820, thanks");
    holds("Your order 418820 is here.", "my order is FH-418820");
    check("Your order FH-418821 is here.", &["FH-418820"], &[("number", "FH-418821")]);
    check("Your order FН-418820 is here.", &["FH-418820"], &[("number", "FН-418820")]);
    holds("Call +44 113 496 0000.", "Phone: +44 (113) 496-0000");
    check("Call 0113 496 0001.", &["Call 0113 496 0000"], &[("number", "0113 496 0001")]);
    check("Error E5 means water.", &["Error E4 means steam"], &[("number", "E5")]);
    check("Install 3.4.2.", &["Firmware 3.4.1"], &[("number", "3.4.2")]);
}

#[test]
fn list_numbers_and_citation_marks_are_no_claims() {
    check("1. Press it. [1]\n2. Wait. [2]\n 3) Done. [12]", &[], &[]);
    check("Take 3. Then go.", &[], &[("number", "3")]);
}

#[test]
fn one_date_has_many_writings() {
    let source = "The deadline is 2026-11-23.";
    for draft in [
        "23 November 2026",
        "November 23, 2026",
        "Nov 23rd",
        "23.11.2026",
        "23.11.",
        "23/11/2026",
        "11/23/2026",
        "23. November 2026",
        "le 23 novembre 2026",
        "2026年11月23日",
        "11月23日",
        "11월 23일",
        "十一月二十三日",
        "Monday",
        "２０２６年１１月２３日",
    ] {
        holds(&format!("We meet: {draft}."), source);
    }
    for (draft, text) in [
        ("24 November 2026", "24 November 2026"),
        ("23 November 2027", "23 November 2027"),
        ("Friday", "Friday"),
        ("23.12.2026", "23.12.2026"),
        ("2026年11月24日", "2026年11月24日"),
        ("tomorrow", "tomorrow"),
        ("星期五", "星期五"),
        ("am Freitag", "Freitag"),
        ("next week", "next week"),
        ("by December", "December"),
    ] {
        check(&format!("We meet: {draft}."), &[source], &[("date", text)]);
    }
    check("It may arrive, march on.", &[], &[]);
}

#[test]
fn one_time_of_day_has_many_writings() {
    for draft in ["20:00", "8 pm", "8pm", "20h00", "20.00 Uhr", "20 Uhr", "8 o'clock", "下午8点"] {
        holds(&format!("It ends at {draft}."), "until Tuesday 20:00 UTC");
    }
    check("It ends at 9 pm.", &["until Tuesday 20:00 UTC"], &[("date", "9 pm")]);
}

#[test]
fn addresses_are_compared_by_host_and_path() {
    let source = "Write to pro@fernhill.example or see https://www.Fernhill.example/returns/.";
    holds("See fernhill.example/returns.", source);
    holds("Write to PRO@fernhill.example.", source);
    holds("See [returns](http://fernhill.example/returns).", source);
    for bad in [
        "fernhill.example.evil.com",
        "https://fernhill.example@evil.com",
        "fernhill.example/pay",
        "help@fernhill.example",
        "javascript://x",
    ] {
        check(&format!("See {bad} now."), &[source], &[("url", bad)]);
    }
    check("Thank you.Bye now, e.g. here, photo.jpg", &[], &[]);
}

#[test]
fn a_promise_needs_a_source_that_makes_it() {
    let policy = "We refund a real duplicate within 3 working days.";
    holds("We will refund the real duplicate within 3 working days.", policy);
    holds("The real duplicate will be refunded.", policy);
    check("We will refund the real duplicate within 5 days.", &[policy], &[("promise", "within 5 days")]);
    check("We will replace your grinder.", &[policy], &[("promise", "We will replace your grinder")]);
    check("I have refunded the duplicate.", &[policy], &[("promise", "I have refunded the duplicate")]);
    check("You will receive it by Friday.", &[policy], &[("promise", "You will receive it"), ("date", "Friday")]);
    check("This is guaranteed.", &[policy], &[("promise", "is guaranteed")]);
    check("Repairs are free of charge.", &[policy], &[("promise", "free of charge")]);
}

#[test]
fn a_wish_or_a_denial_supports_no_promise() {
    for source in [
        "Please refund my order.",
        "Can you refund the order?",
        "We can't refund the order.",
        "> We will refund the order.",
        "Send us the order; the refund desk is closed.",
    ] {
        check("We will refund the order.", &[source], &[("promise", "We will refund the order")]);
    }
    check("We won't refund the order.", &["We will refund the order."], &[("promise", "We won't refund the order")]);
    holds("We won't refund the order.", "We never refund the order.");
}

#[test]
fn questions_and_plain_help_promise_nothing() {
    check("Shall we refund it? I'll look into it and will be happy to help. You'll find it there.", &[], &[]);
}

#[test]
fn promises_in_other_languages_are_seen() {
    check("Wir erstatten den Betrag.", &[], &[("promise", "erstatten")]);
    check("Nous vous remboursons.", &[], &[("promise", "remboursons")]);
    check("我们会为您退款。", &[], &[("promise", "退")]);
    holds("Wir erstatten den Betrag.", "Eine Rückgabe erstatten wir in 5 Tagen.");
}

#[test]
fn a_hidden_character_hides_no_claim() {
    check("It costs 4\u{200b}9.", &["4 and 9"], &[("number", "4\u{200b}9")]);
    check("Take 三天 or ３ days.", &["two days"], &[("number", "三天"), ("number", "３ days")]);
}

#[test]
fn any_text_at_all_is_read_without_a_panic() {
    for text in [
        "",
        " ",
        "...",
        "[",
        "[1",
        "€",
        "1.",
        "1,",
        "+",
        "年月日",
        "一",
        "twenty-",
        "we will",
        "within",
        "\u{301}a",
        "👨‍👩‍👧 5",
    ] {
        let _ = unsupported(text, &[text]);
        check(text, &[&format!("{text} ")], &[]);
    }
}
