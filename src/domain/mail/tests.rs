use super::*;
use crate::shared::shared;

fn check(body: &str, expect: &[(PartKind, &str)]) {
    let found: Vec<_> = parts(body).iter().map(|part| (part.kind, part.text.trim())).collect();
    assert_eq!(found, expect, "{body:?}");
    assert_eq!(parts(body).iter().map(|part| part.text).collect::<String>(), body);
}

#[test]
fn an_answer_above_its_quote_stands_alone() {
    check(
        "Yes.\n\nOn Mon, 3 Nov 2025 at 10:12, Jo <jo@x.example> wrote:\n> Really?\n> Jo\n",
        &[
            (PartKind::Text, "Yes."),
            (PartKind::Quoted, "On Mon, 3 Nov 2025 at 10:12, Jo <jo@x.example> wrote:\n> Really?\n> Jo"),
        ],
    );
}

#[test]
fn quotes_between_answers_stay() {
    let body = "On 3 Nov 2025 at 10:12, Jo <jo@x.example> wrote:\n> One?\nYes.\n> Two?\nNo.\n";
    assert_eq!(fresh(body), "> One?\nYes.\n> Two?\nNo.");
}

#[test]
fn a_signature_is_told_from_a_list_and_a_table() {
    check("Hi\n-- \nJo\n+44 1\n", &[(PartKind::Text, "Hi"), (PartKind::Signature, "-- \nJo\n+44 1")]);
    check("Hi\n\n*****\nJo Doe\n+44 1\n", &[(PartKind::Text, "Hi"), (PartKind::Signature, "*****\nJo Doe\n+44 1")]);
    assert_eq!(fresh("First.\n\n-----\n\nSecond, which matters."), "First.\n\n-----\n\nSecond, which matters.");
    assert_eq!(fresh("a\n-\nb"), "a\n-\nb");
    assert_eq!(fresh("| a | b |\n|---|---|\n| 1 | 2 |"), "| a | b |\n|---|---|\n| 1 | 2 |");
}

#[test]
fn a_forwarded_mail_is_told_apart_and_shown_when_it_is_all_there_is() {
    let mail = "---------- Forwarded message ----------\nFrom: A <a@x.example>\nDate: Monday\nSubject: S\n\nHello.\n";
    check(&format!("See below.\n\n{mail}"), &[(PartKind::Text, "See below."), (PartKind::Forwarded, mail.trim())]);
    assert_eq!(fresh(mail), "Hello.");
}

#[test]
fn a_label_counts_filled_lines() {
    let part = Part { kind: PartKind::Quoted, text: "\n> a\n> b\n\n" };
    assert_eq!(part.label(), "quoted text, 2 lines");
}

#[test]
fn hostile_bodies_keep_every_byte() {
    for body in
        ["", "\n", ">", "--", "\r\n\r\n", "```\n", "> ".repeat(5000).as_str(), "On 1 2020\n".repeat(3000).as_str()]
    {
        assert_eq!(parts(body).iter().map(|part| part.text).collect::<String>(), body);
    }
}

#[test]
fn the_mails_of_the_reply_trimmer_come_out_as_expected() {
    let Some(root) = shared("data/mail/email-reply-trimmer/test") else { return };
    let (mut exact, mut all, mut missed) = (0, 0, Vec::new());
    for entry in std::fs::read_dir(root.join("emails")).unwrap() {
        let name = entry.unwrap().file_name();
        let read = |folder: &str| std::fs::read_to_string(root.join(folder).join(&name)).unwrap().replace("\r\n", "\n");
        let (body, expect) = (read("emails"), read("trimmed"));
        let found = fresh(&body);
        assert_eq!(parts(&body).iter().map(|part| part.text).collect::<String>(), body);
        all += 1;
        if found == expect.trim() {
            exact += 1;
        } else {
            missed.push(format!("{name:?}\n--- found\n{found}\n--- expected\n{}", expect.trim()));
        }
    }
    println!("exact {exact} of {all}\n{}", missed.join("\n=======\n"));
    assert!(exact * 64 >= 60 * all, "exact {exact} of {all}");
}

#[test]
fn a_hostile_mail_of_any_size_is_folded_in_time() {
    let started = std::time::Instant::now();
    for line in [
        "\n",
        "---\n",
        "--\n",
        "> a\n",
        "```\n",
        "On 1 Jan 2020, a@x.example wrote:\n> b\n",
        "From: a@x\nTo: b\nDate: c\n",
        "a: b\n",
        "On 1 2020 ",
    ] {
        let body = line.repeat((1 << 17) / line.len());
        assert_eq!(parts(&body).iter().map(|part| part.text.len()).sum::<usize>(), body.len());
    }
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}

#[test]
fn mails_of_everyday_programs_leave_the_new_words() {
    for (body, expect) in [
        (
            "Hej,\n\nDet virker.\n\nSendt fra min iPhone\n\n> Den 4. jan. 2016 kl. 19.03 skrev X <x@y.example>:\n> \n> Hej\n",
            "Hej,\n\nDet virker.",
        ),
        (
            "Danke!\n\nVon: Desk <d@x.example>\nGesendet: Montag, 4. Januar 2016 19:03\nAn: Jo <j@x.example>\nBetreff: Re: Otter\n\nHallo",
            "Danke!",
        ),
        ("はい。\n\n2016年1月4日(月) 19:03 X <x@y.example>:\n\n> どうですか\n", "はい。"),
        (
            "Ok\n\n________________________________\nFrom: X <x@y.example>\nSent: Monday, January 4, 2016 7:03 PM\nTo: J\nSubject: RE: a\n\nHi",
            "Ok",
        ),
        ("Done.\n\n##- Please type your reply above this line -##\n\nYour request (12) has been updated.", "Done."),
        (
            "Hi,\n\nOrder:\n- a\n- b\n\nThanks\nJo\n\n-- \nJo Doe\nwww.x.example",
            "Hi,\n\nOrder:\n- a\n- b\n\nThanks\nJo",
        ),
        ("Subject matters: read this.\nFrom: where?\n\nBye", "Subject matters: read this.\nFrom: where?\n\nBye"),
        (
            "Ja, bitte.\n\n-----Ursprüngliche Nachricht-----\nVon: X\nGesendet: heute\nAn: Y\nBetreff: Z\n\nText",
            "Ja, bitte.",
        ),
        (
            "Siehe unten:\n\nAm 04.01.16 um 19:03 schrieb X:\n> Eins?\nJa.\n\n> Zwei?\nNein.\n\nGruß",
            "Siehe unten:\n\n> Eins?\nJa.\n\n> Zwei?\nNein.\n\nGruß",
        ),
        (
            "Vielen Dank.\n\nGesendet mit der GMX Mail App\nAm 04.01.16, 19:03 schrieb X <x@y.example>:\nHallo",
            "Vielen Dank.",
        ),
        (
            "I was sent from one desk to another and my phone is broken.",
            "I was sent from one desk to another and my phone is broken.",
        ),
        ("Sent from the warehouse, my mail says. Where is it", "Sent from the warehouse, my mail says. Where is it"),
    ] {
        assert_eq!(fresh(body), expect);
    }
}
