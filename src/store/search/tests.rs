//! Search over a small desk, and any text as a query.

use rusqlite::Connection;

use crate::store::search::query::is_unspaced;
use crate::store::search::upkeep::{Deferred, tidy_articles};
use crate::store::search::vectors::Nearness;
use crate::store::search::{Known, article_ids, articles, passage, similar, tickets};
use crate::store::sqlite::open::MIGRATIONS;

fn desk() -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    for sql in MIGRATIONS {
        conn.execute_batch(sql).unwrap();
    }
    conn.execute("INSERT INTO customers (id, name, email) VALUES ('C', 'Ann', 'a@b.c')", []).unwrap();
    for (id, title, body) in [
        ("KB-1", "How do I delete my account?", "Open **Settings**. Press *Delete account*. It takes a day."),
        ("KB-2", "Signing in from a new phone", "Enter your e-mail. We send a code."),
        ("KB-3", "Colour themes", "Organise your view. The account menu has themes."),
        ("KB-4", "退款政策", "退款需要三天。请联系客服。"),
        ("KB-5", "환불을 요청하는 방법", "환불은 3일이 걸립니다."),
        ("KB-6", "GitHub import", "Connect GitHub and choose a repository."),
    ] {
        article(&conn, id, title, body);
    }
    for (id, subject, bodies) in [
        ("T-1", "Charged twice", &["My card was charged twice for order 88121.", "We refund the second charge."][..]),
        ("T-2", "Parcel is late", &["Order 4711 has not arrived.", "note: carrier lost it"]),
        ("T-3", "Two charges on my card", &["I see two charges for one order."]),
        ("T-4", "退款", &["我想退款，已经三天了"]),
    ] {
        ticket(&conn, id, subject, bodies);
    }
    conn
}

fn article(conn: &Connection, id: &str, title: &str, body: &str) {
    conn.execute("INSERT INTO articles (id, title, body) VALUES (?1, ?2, ?3)", (id, title, body)).unwrap();
}

fn ticket(conn: &Connection, id: &str, subject: &str, bodies: &[&str]) {
    let sql = "INSERT INTO tickets (id, external_id, subject, status, priority, customer_id, customer_name, \
               created_at, updated_at) VALUES (?1, ?1, ?2, 'new', 2, 'C', 'Ann Lee', 0, 0)";
    conn.execute(sql, (id, subject)).unwrap();
    (0_i64..).zip(bodies).for_each(|(at, body)| message(conn, id, at, body));
}

fn message(conn: &Connection, id: &str, at: i64, body: &str) {
    let sql = "INSERT INTO messages (ticket_id, position, at, author, name, visibility, body) \
               VALUES (?1, ?2, 0, 'customer', 'Ann', 'public', ?3)";
    conn.execute(sql, (id, at, body)).unwrap();
}

fn found(conn: &Connection, query: &str) -> Vec<String> {
    tickets(conn, query, 10).unwrap().into_iter().map(|(id, _)| id).collect()
}

#[test]
fn articles_are_found_by_other_words_for_the_same() {
    let conn = desk();
    for (query, expect) in [
        ("delete account", "KB-1"),
        ("deleting ACCOUNTS", "KB-1"),
        ("remove my acct", "KB-1"),
        ("delte my account", "KB-1"),
        ("I cannot login on my smartphone", "KB-2"),
        ("color", "KB-3"),
        ("organizing", "KB-3"),
        ("git hub", "KB-6"),
        ("退款", "KB-4"),
        ("服", "KB-4"),
        ("怎么退款", "KB-4"),
        ("환불", "KB-5"),
    ] {
        assert_eq!(
            article_ids(&conn, query, &Nearness::default(), 3).unwrap().first().map(String::as_str),
            Some(expect),
            "{query}"
        );
    }
}

#[test]
fn a_hit_shows_plain_text_and_how_much_of_the_query_it_covers() {
    let conn = desk();
    let hits = articles(&conn, &Known::default(), "how do I delete my account", &Nearness::default(), 5).unwrap();
    assert_eq!(hits[0].id.as_str(), "KB-1");
    assert_eq!(hits[0].snippet, "Press Delete account. It takes a day.");
    assert!(hits[0].score > 0.99, "{}", hits[0].score);
    assert!(hits[1].id.as_str() == "KB-3" && hits[1].score < 0.4, "only `account`, only in the body: {hits:?}");
    let half = articles(&conn, &Known::default(), "delete my zebra", &Nearness::default(), 1).unwrap();
    assert!((0.3..0.9).contains(&half[0].score), "{half:?}");
}

#[test]
fn the_index_follows_every_change_of_an_article() {
    let conn = desk();
    conn.execute("UPDATE articles SET title = 'Zebra crossing', body = '斑马' WHERE id = 'KB-1'", []).unwrap();
    assert_eq!(article_ids(&conn, "zebra", &Nearness::default(), 3).unwrap(), ["KB-1"]);
    assert_eq!(article_ids(&conn, "斑马", &Nearness::default(), 3).unwrap(), ["KB-1"]);
    assert!(article_ids(&conn, "delete", &Nearness::default(), 3).unwrap().is_empty());
    conn.execute("UPDATE articles SET tags = '[\"quagga\"]' WHERE id = 'KB-1'", []).unwrap();
    assert_eq!(article_ids(&conn, "quagga", &Nearness::default(), 3).unwrap(), ["KB-1"]);
    conn.execute("DELETE FROM articles WHERE id = 'KB-1'", []).unwrap();
    assert!(article_ids(&conn, "zebra quagga 斑马", &Nearness::default(), 3).unwrap().is_empty());
}

#[test]
fn tickets_are_found_by_subject_customer_and_thread() {
    let conn = desk();
    for (query, expect) in [
        ("charged twice", &["T-1", "T-3"][..]),
        ("88121", &["T-1"]),
        ("carrier", &["T-2"]),
        ("parcel lee", &["T-2", "T-4", "T-3", "T-1"]),
        ("退款", &["T-4"]),
        ("天", &["T-4"]),
        ("了", &["T-4"]),
        ("unknown", &[]),
    ] {
        assert_eq!(found(&conn, query), expect, "{query}");
    }
    assert!(tickets(&conn, "parcel", 10).unwrap()[0].1 > 0.99);
}

#[test]
fn a_message_is_found_once_it_is_there_and_not_after_it_is_gone() {
    let conn = desk();
    message(&conn, "T-2", 2, "The zebra ate it. 斑马");
    assert_eq!(found(&conn, "zebra"), ["T-2"]);
    conn.execute("UPDATE messages SET body = 'erased' WHERE body LIKE 'The zebra%'", []).unwrap();
    assert!(found(&conn, "zebra 斑马").is_empty());
    assert_eq!(found(&conn, "erased"), ["T-2"]);
    conn.execute("DELETE FROM messages WHERE body = 'erased'", []).unwrap();
    assert!(found(&conn, "erased").is_empty());
    conn.execute("UPDATE tickets SET subject = 'Quagga' WHERE id = 'T-2'", []).unwrap();
    assert_eq!(found(&conn, "quagga"), ["T-2"]);
    assert!(found(&conn, "parcel").is_empty());
}

#[test]
fn a_change_of_status_writes_nothing_to_the_index() {
    let conn = desk();
    let blocks = || -> i64 {
        conn.query_row("SELECT sum(length(block)) + max(id) FROM ticket_words_data", [], |row| row.get(0)).unwrap()
    };
    let before = (blocks(), conn.total_changes());
    conn.execute("UPDATE tickets SET status = 'open', version = version + 1, messages = 3 WHERE id = 'T-1'", [])
        .unwrap();
    assert_eq!(blocks(), before.0);
    assert_eq!(conn.total_changes() - before.1, 3, "the ticket and the two counts of `ticket_counts`");
}

#[test]
fn only_the_first_20000_characters_of_a_message_are_indexed() {
    let conn = desk();
    message(&conn, "T-2", 2, &format!("zebra {} quagga", "x ".repeat(10_000)));
    assert_eq!(found(&conn, "zebra"), ["T-2"]);
    assert!(found(&conn, "quagga").is_empty());
}

#[test]
fn similar_tickets_speak_of_the_same_and_never_are_the_ticket_itself() {
    let conn = desk();
    let text = "Charged twice\nMy card was charged twice for order 88121.";
    let like = similar(&conn, "T-1", text, 5).unwrap();
    assert_eq!(like[0].0, "T-3");
    assert!(like.iter().all(|(id, share)| id != "T-1" && (0.0..=1.0).contains(share)), "{like:?}");
    assert_eq!(similar(&conn, "T-none", text, 5).unwrap()[0].0, "T-1");
    assert!(similar(&conn, "T-1", "", 5).unwrap().is_empty());
}

#[test]
fn words_that_most_tickets_have_still_find_the_newest_and_order_the_rest() {
    let conn = desk();
    let all = conn.unchecked_transaction().unwrap();
    for n in 0..4_200 {
        let body = if n == 7 { "common everyday quagga" } else { "common everyday words" };
        ticket(&conn, &format!("B-{n}"), "common", &[body]);
    }
    all.commit().unwrap();
    assert_eq!(found(&conn, "common")[0], "B-4199");
    assert_eq!(found(&conn, "common quagga")[0], "B-7");
    assert_eq!(found(&conn, "everyday common words")[0], "B-4199");
    assert_eq!(similar(&conn, "B-9", "common everyday words", 3).unwrap()[0].0, "B-4199");
}

#[test]
fn what_was_written_while_indexing_was_deferred_is_found_after_it() {
    let conn = desk();
    let all = conn.unchecked_transaction().unwrap();
    let deferred = Deferred::begin(&conn).unwrap();
    ticket(&conn, "D-1", "Quagga 斑马", &["zebra"]);
    message(&conn, "T-1", 2, "okapi");
    assert!(found(&conn, "zebra").is_empty());
    deferred.settle(&conn).unwrap();
    all.commit().unwrap();
    assert_eq!(found(&conn, "zebra quagga"), ["D-1"]);
    assert_eq!(found(&conn, "斑马"), ["D-1"]);
    assert_eq!(found(&conn, "okapi"), ["T-1"]);
    message(&conn, "T-2", 2, "bongo");
    assert_eq!(found(&conn, "bongo"), ["T-2"], "row by row again");
    tidy_articles(&conn).unwrap();
    assert_eq!(article_ids(&conn, "delete", &Nearness::default(), 1).unwrap(), ["KB-1"]);
}

#[test]
fn the_migration_and_the_reader_agree_on_unspaced_scripts() {
    let conn = desk();
    let mut statement = conn.prepare("SELECT char(?1) GLOB pattern FROM unspaced").unwrap();
    for c in '\u{1}'..='\u{323ff}' {
        let listed: bool = statement.query_row([u32::from(c)], |row| row.get(0)).unwrap();
        assert_eq!(listed, is_unspaced(c), "U+{:04X}", u32::from(c));
    }
}

#[test]
fn a_migrated_desk_finds_what_it_had_before() {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(MIGRATIONS[0]).unwrap();
    conn.execute("INSERT INTO customers (id, name, email) VALUES ('C', 'Ann', 'a@b.c')", []).unwrap();
    article(&conn, "KB-1", "Old article", "退款");
    ticket(&conn, "T-1", "Old ticket", &["zebra 退款"]);
    MIGRATIONS[1..].iter().for_each(|sql| conn.execute_batch(sql).unwrap());
    assert_eq!(article_ids(&conn, "old", &Nearness::default(), 1).unwrap(), ["KB-1"]);
    assert_eq!(article_ids(&conn, "退款", &Nearness::default(), 1).unwrap(), ["KB-1"]);
    assert_eq!(found(&conn, "zebra"), ["T-1"]);
    assert_eq!(found(&conn, "退"), ["T-1"]);
}

/// Texts that break naive queries, and the shared collections of naughty strings where they are at hand.
fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "\"",
        "\"\"",
        "a\"b",
        "'",
        "*",
        "^",
        "a*",
        "^a",
        "-a",
        "+a",
        ":",
        "title:a",
        "{title body}: a",
        "(",
        ")",
        "((((",
        "a AND",
        "OR",
        "NOT NOT",
        "NEAR(a b, 3)",
        "NEAR",
        "a NEAR/2 b",
        "\0",
        "a\0b",
        "👍",
        "👨‍👩‍👧",
        "\u{202e}abc",
        "नमस्ते दुनिया",
        "สวัสดี",
        "\u{301}\u{301}",
        "a\u{301}",
        "Ⓐ",
        "ﷺ",
        "%",
        "_",
        "\\",
        ";",
        "--",
        "/*",
        "ß ẞ İ ı",
        "𠀀",
        "一",
        "z\u{345}",
        "\u{fffd}",
        "\u{10ffff}",
        "०१२",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("\"(".repeat(500_000));
    texts.push("word ".repeat(200_000));
    texts.push("漢".repeat(350_000));
    texts.push((0..40_000).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" "));
    texts.extend((1..=0x3000).step_by(7).filter_map(char::from_u32).map(|c| format!("a{c}b {c} {c}{c}")));
    let shared = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/");
    if let Ok(naughty) = std::fs::read_to_string(format!("{shared}blns/blns.json")) {
        texts.extend(serde_json::from_str::<Vec<String>>(&naughty).unwrap());
    }
    if let Ok(terminal) = std::fs::read_to_string(format!("{shared}hostile/terminal_hostile_dev.jsonl")) {
        texts.extend(terminal.lines().map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            String::from_utf8_lossy(&from_base64(row["b64"].as_str().unwrap())).into_owned()
        }));
    }
    texts
}

fn from_base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let sextets = text.bytes().map_while(|b| LETTERS.iter().position(|letter| *letter == b));
    let bits: Vec<bool> = sextets.flat_map(|six| (0..6).rev().map(move |bit| six >> bit & 1 == 1)).collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | u8::from(*bit))).collect()
}

#[test]
fn no_text_is_a_syntax_error_and_none_is_found_at_length() {
    let conn = desk();
    for text in hostile() {
        ticket(&conn, &format!("H-{}", conn.last_insert_rowid()), &text, &[]);
        article(&conn, &format!("H-{}", conn.last_insert_rowid()), &text, &text);
    }
    tidy_articles(&conn).unwrap();
    for text in hostile() {
        let shown: String = text.chars().take(40).collect();
        let hits = articles(&conn, &Known::default(), &text, &Nearness::default(), 5)
            .unwrap_or_else(|error| panic!("{shown:?}: {error}"));
        for hit in hits {
            assert!(hit.snippet.chars().count() <= passage::LONGEST, "{shown:?}");
            assert!((0.0..=1.0).contains(&hit.score), "{shown:?}: {}", hit.score);
        }
        tickets(&conn, &text, 5).unwrap_or_else(|error| panic!("{shown:?}: {error}"));
        similar(&conn, "T-1", &text, 5).unwrap_or_else(|error| panic!("{shown:?}: {error}"));
    }
}

#[test]
fn what_was_read_before_changes_no_answer_and_is_forgotten_with_the_first_change() {
    let conn = desk();
    let known = Known::default();
    let words: Vec<&str> =
        "delete account acct delte remove my zebra login phone color organizing git hub github 退款 \
                            三天 환불을 3일이 themes code 7 ?"
            .split_whitespace()
            .collect();
    let mut seed = 7_u64;
    let mut any = || {
        // Knuth's, good enough to mix words.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap()
    };
    let mut ask = |round: usize| {
        for _ in 0..200 {
            let query: Vec<&str> = (0..=any() % 5).map(|_| words[any() % words.len()]).collect();
            let query = query.join(" ");
            let ask = |known: &Known| articles(&conn, known, &query, &Nearness::default(), 5).unwrap();
            assert_eq!(ask(&known), ask(&Known::default()), "{query}, round {round}");
        }
    };
    ask(0);
    article(&conn, "KB-7", "Zebra themes", "Delete the zebra on your phone.");
    ask(1);
    conn.execute("UPDATE articles SET title = 'Refunds take 7 days', tags = 'zebra' WHERE id = 'KB-2'", []).unwrap();
    ask(2);
    conn.execute("DELETE FROM articles WHERE id = 'KB-1'", []).unwrap();
    ask(3);
}
