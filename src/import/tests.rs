use super::*;
use crate::domain::intake::NewTicket;

/// Reads a text as a file of that name.
pub(super) fn read_text(name: &str, content: &str) -> (Reading, tempfile::TempDir) {
    read_bytes(name, content.as_bytes(), None).unwrap()
}

fn read_bytes(name: &str, content: &[u8], map: Option<&str>) -> Result<(Reading, tempfile::TempDir), ReadError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let map = map.map(|toml| Map::parse(toml).unwrap());
    let reading = read(&path, map.as_ref(), Timestamp::UNIX_EPOCH)?;
    Ok((reading, folder))
}

fn ticket(reading: &Reading, at: usize) -> &NewTicket {
    let Intake::Ticket(ticket) = &reading.rows[at] else { panic!("row {at} of {reading:?}") };
    ticket
}

fn bad(reading: &Reading) -> Vec<(usize, &str)> {
    reading.bad.iter().map(|bad| (bad.line, bad.reason.as_str())).collect()
}

const TICKET: &str = r#"{"id":"T-1","subject":"S","status":"open","priority":"high","tags":["a"],"assignee":null,"customer":"C-1","channel":"web","created_at":"2026-11-22T17:05:00Z","due_at":null,"messages":[{"at":"2026-11-22T17:05:00Z","author":"customer","name":"I","visibility":"public","html":"<p>Hi <a href='https://x.example/a'>here</a></p>"}]}"#;

#[test]
fn every_kind_of_row_is_seen_from_its_fields() {
    let lines = [
        TICKET,
        r#"{"id":"C-1","name":"I","email":"i@x.example","plan":"home","locale":"pt-PT","since":"2022-05-14","notes":""}"#,
        r#"{"id":"KB-1","title":"T","body":"B","tags":["d"],"updated_at":"2026-09-02T10:00:00Z"}"#,
        r#"{"id":"M-1","title":"T","body":"Hello {{customer.first_name}}","tags":[]}"#,
    ];
    let expect = |reading: &Reading| {
        assert!(reading.bad.is_empty() && reading.skipped.is_empty(), "{reading:?}");
        assert_eq!(ticket(reading, 0).messages[0].body, "Hi here <https://x.example/a>");
        assert!(matches!(reading.rows[1], Intake::Customer(_)) && matches!(reading.rows[2], Intake::Article(_)));
        assert!(matches!(reading.rows[3], Intake::Canned(_)));
    };
    expect(&read_text("a.jsonl", &lines.join("\n")).0);
    expect(&read_text("a.json", &lines.join("\n")).0);
    expect(&read_text("a.json", &format!("\u{feff}[\n{}\n]", lines.join(",\n"))).0);
}

#[test]
fn a_bad_row_says_why_and_stops_no_other() {
    let row = |change: (&str, &str)| TICKET.replace(change.0, change.1);
    let long = |count: usize| "x".repeat(count);
    for (text, part) in [
        (row(("\"open\"", "\"opne\"")), "status `opne` is not a Status; known: new, open"),
        (row(("\"S\"", "7")), "`subject` is a number, not text"),
        (row(("\"S\"", "\"S\",\"subject\":\"S\"")), "key `subject` stands twice"),
        (row(("\"S\"", &format!("\"{}\"", long(999)))), "`subject` has 999 characters"),
        (row(("\"C-1\"", &format!("\"{}\"", long(70_000)))), "`customer` has 70000 bytes"),
        (row(("<p>", &long(1 << 20))), "`body` has"),
        (row(("[\"a\"]", "[1]")), "`tags` has a number"),
        (row(("\"2026-11-22T17:05:00Z\",\"due", "\"soon\",\"due")), "created_at `soon` is not a time"),
        (row(("\"customer\",\"name\"", "\"boss\",\"name\"")), "author `boss` is not a Author"),
        (r#"{"subject":"S","customer":"C-1","messages":[]}"#.into(), "the thread is empty"),
        (r#"{"a":1}"#.into(), "neither ticket, customer, article nor canned reply; it has `a`"),
        ("[1]".into(), "the row is a list, not an object"),
        ("\u{1b}[31m".into(), "not JSON"),
    ] {
        let (reading, _) = read_text("a.jsonl", &format!("{TICKET}\n\n{text}\n{TICKET}"));
        assert_eq!(reading.rows.len(), 2, "{part}");
        assert!(reading.bad[0].line == 3 && reading.bad[0].reason.contains(part), "{part}: {:?}", bad(&reading));
    }
}

#[test]
fn a_line_that_is_not_utf8_is_bad_alone() {
    let bytes = [TICKET.as_bytes(), b"\n{\"a\":\"\xff\"}\n", TICKET.as_bytes()].concat();
    let (reading, _) = read_bytes("a.jsonl", &bytes, None).unwrap();
    assert_eq!((reading.rows.len(), bad(&reading)[0].0), (2, 2));
}

#[test]
fn a_row_without_id_is_named_by_its_content() {
    let (reading, _) = read_text("a.jsonl", &TICKET.replace("\"id\":\"T-1\",", ""));
    assert!(ticket(&reading, 0).external_id.starts_with("sha256:"));
}

#[test]
fn a_table_keeps_line_numbers_over_quoted_lines() {
    let table = "\u{feff}id,subject,body,status,priority,tags,assignee,customer_name,customer_email,created_at,due_at\r\n\
        1,A,\"one\r\ntwo\",open,low,a;b,maya,Ann,ann@x.example,2026-11-22 10:00,2026-11-23T10:00:00Z\r\n\
        \r\n\
        2,B,text,opne,low,,,Bo,,,\r\n\
        3,C\r\n\
        4,D,text,,,\"x, y\",,Cy,,,\r\n";
    let (reading, _) = read_text("a.csv", table);
    assert_eq!(ticket(&reading, 0).messages[0].body, "one\r\ntwo");
    assert_eq!((ticket(&reading, 0).tags.len(), ticket(&reading, 1).tags.len()), (2, 2));
    assert_eq!(bad(&reading)[1], (6, "the row has 2 fields, the header 11"));
    assert!(bad(&reading)[0].0 == 5 && bad(&reading)[0].1.contains("`opne`"), "{:?}", bad(&reading));
}

#[test]
fn a_table_without_header_is_refused_clearly() {
    for table in ["", "1,A,text\n2,B,text\n", "id,subject\n1,A\n", "body,body\na,b\n"] {
        let error = read_bytes("a.csv", table.as_bytes(), None).unwrap_err().to_string();
        assert!(error.contains("header"), "{error}");
    }
}

#[test]
fn a_map_renames_columns_sets_constants_and_maps_values() {
    let map = "kind = \"ticket\"\n[fields]\nbody = \"Text\"\ncustomer_name = { default = \"Row {n} of {file}\" }\n\
        status = { from = \"State\", values = { Opened = \"open\" } }\n";
    let (reading, _) = read_bytes("t.csv", b"Text;State;Extra\nHi;Opened;1\nHo;Shut;2\n", Some(map)).unwrap();
    assert_eq!(ticket(&reading, 0).status.as_str(), "open");
    assert_eq!(ticket(&reading, 0).messages[0].name, "Row 1 of t");
    assert!(bad(&reading)[0].1.starts_with("status `Shut` is not a Status"), "{:?}", bad(&reading));
    assert_eq!(reading.skipped, ["column `Extra` has no place here; a map can give it one"]);
}

#[test]
fn a_greeting_is_no_subject_where_the_customer_says_more() {
    const MAP: &str = "kind = \"ticket\"\n[fields]\nsubject = { from = \"/m/0/t\", first = 14 }\n[thread]\nlist = \"/m\"\n\
        role = \"/r\"\nsubject_words = 3\n[thread.roles.c]\nauthor = \"customer\"\ntext = [\"/t\"]\n\
        [thread.roles.a]\nauthor = \"agent\"\ntext = [\"/t\"]\n";
    let check = |thread: &str, subject: &str| {
        let row = format!("{{\"m\":[{thread}]}}");
        let (reading, _dir) = read_bytes("chat.jsonl", row.as_bytes(), Some(MAP)).unwrap();
        assert_eq!(ticket(&reading, 0).subject, subject, "{:?}", reading.bad);
    };
    let said = |who: &str, text: &str| format!("{{\"r\":\"{who}\",\"t\":\"{text}\"}}");
    check(
        &[said("c", "Hello"), said("a", "What can I do?"), said("c", "My bill is wrong")].join(","),
        "My bill is wro",
    );
    check(&[said("c", "Hello"), said("a", "What can I do?")].join(","), "Hello");
    check(&said("c", "Where is it"), "Where is it");
}

#[test]
fn a_wrong_map_names_the_key_and_the_line() {
    for (toml, part) in [
        ("kind = \"ticket\"\ncolour = 1\n[fields]\n", "line 2: unknown field `colour`"),
        ("kind = \"ticket\"\n[fields]\nstatsu = \"a\"\n", "statsu"),
        ("kind = \"ticket\"\n[fields]\nid = { form = \"a\" }\n", "unknown field `form`"),
        ("kind = \"tickets\"\n[fields]\n", "tickets"),
        ("[fields]\n", "missing field `kind`"),
    ] {
        let reason = Map::parse(toml).unwrap_err();
        assert!(reason.contains(part), "{reason}");
    }
}

#[test]
fn mails_of_one_thread_become_one_ticket() {
    let mbox = "From a@x.example Mon Nov  3 10:12:00 2025\nFrom: Ann <ann@x.example>\nTo: help@desk.example\nSubject: Help\n\
        Message-ID: <1@x>\nDate: Mon, 3 Nov 2025 10:12:00 +0000\n\nIt broke.\n\n\
        From b Mon Nov 3 11:00:00 2025\nFrom: Help <help@desk.example>\nTo: ann@x.example\nSubject: Re: Help\nMessage-ID: <2@x>\n\
        In-Reply-To: <1@x>\nDate: Mon, 3 Nov 2025 11:00:00 +0000\n\nFixed.\n\n\
        From c Mon Nov 3 12:00:00 2025\nFrom: cy@x.example\nSubject: Other\nContent-Type: text/html\n\n<b>Hey</b><img src=a width=1>\n";
    let (reading, _) = read_text("a.mbox", mbox);
    assert_eq!(reading.rows.len(), 2, "{reading:?}");
    let thread = ticket(&reading, 0);
    assert_eq!(
        (thread.external_id.as_str(), thread.subject.as_str(), thread.status.as_str()),
        ("mail:1@x", "Help", "pending")
    );
    assert_eq!(thread.messages.iter().map(|m| m.author.as_str()).collect::<Vec<_>>(), ["customer", "agent"]);
    assert!(ticket(&reading, 1).external_id.starts_with("sha256:"));
    assert_eq!(ticket(&reading, 1).messages[0].body, "Hey");
}

#[test]
fn an_attachment_is_listed_with_its_size() {
    let eml = "From: a@x.example\nSubject: s\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHi\n--b\n\
        Content-Type: image/png; name=\"p.png\"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n";
    let (reading, _) = read_text("a.eml", eml);
    let attachment = &ticket(&reading, 0).messages[0].attachments[0];
    assert_eq!((attachment.name.as_str(), attachment.mime.as_str(), attachment.size), ("p.png", "image/png", 3));
}

#[test]
fn a_folder_is_read_in_order_and_says_what_it_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    write("b.md", "# B\n");
    write("a.md", "# A\n");
    write("sub/c.jsonl", "{}\n");
    write(".hidden.md", "# H\n");
    write("photo.png", "x");
    write("bad.csv", "x,y\n");
    let reading = read(folder.path(), None, Timestamp::UNIX_EPOCH).unwrap();
    let title = |row: &Intake| if let Intake::Article(article) = row { article.title.clone() } else { String::new() };
    assert_eq!(reading.rows.iter().map(title).collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!(reading.skipped, ["photo.png: not a file that import reads"]);
    assert!(
        reading.bad[0].reason.starts_with("bad.csv: the header") && reading.bad[1].reason.starts_with("sub/c.jsonl: ")
    );
}

#[test]
fn what_no_reader_knows_is_an_error_by_itself() {
    assert!(matches!(read_bytes("a.png", b"x", None), Err(ReadError::Unknown { .. })));
    assert!(matches!(read(Path::new("/nowhere"), None, Timestamp::UNIX_EPOCH), Err(ReadError::Io { .. })));
}
