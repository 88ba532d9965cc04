//! Erasing, on either database.

use countersign::domain::audit::query::LogQuery;
use countersign::domain::call::ProposalQuery;
use countersign::domain::erasure::{ERASED, Meant};
use countersign::domain::keeping::{Change, CustomerQuery};
use countersign::domain::proposal::Why;
use countersign::domain::ticket::Status;
use serde_json::json;

use crate::house::{event, reply, update};
use crate::privacy::{CANARIES, admin, desk, dump, heard, with_ana};
use crate::store::{Desk, id, now, on_both};

on_both! {
    no_word_of_a_customer_is_left_anywhere_and_the_log_verifies,
    what_figures_and_others_need_is_as_it_was,
    a_customer_is_erased_twice_and_somebody_unknown_not_at_all,
    what_would_be_erased_is_what_is_erased_and_looking_changes_nothing,
    the_order_names_what_is_gone_and_no_word_of_the_customer,
    nothing_comes_in_for_who_was_erased,
    a_document_has_all_that_there_is_of_a_customer_and_nothing_of_others,
    a_namesake_keeps_what_is_theirs,
    whoever_is_spoken_of_in_capitals_of_any_alphabet_is_found,
}

async fn erase(lived: &Desk) -> countersign::domain::erasure::Done {
    let desk = desk(lived);
    let (customer, _) = desk.erasable(&admin(), &"C-70".parse().unwrap()).await.unwrap();
    let meant = Meant::by(&customer, "C-70").unwrap();
    desk.erase(&admin(), &meant).await.unwrap()
}

async fn no_word_of_a_customer_is_left_anywhere_and_the_log_verifies(lived: Desk) {
    with_ana(&lived).await;
    let before = lived.store.verify(None).await.unwrap().unwrap();
    let there = heard(&lived.way).await;
    for canary in CANARIES {
        assert!(there.iter().any(|found| found.ends_with(canary)), "{canary} was never there");
    }
    let done = erase(&lived).await;
    assert_eq!(heard(&lived.way).await, Vec::<String>::new());
    let after = lived.store.verify(Some(before)).await.unwrap().unwrap();
    assert_eq!(done.orders.first().map(|order| after.size >= *order), Some(true));
    assert_eq!(lived.again().await.verify(None).await.unwrap(), Ok(after));
    let tally = done.tally;
    assert_eq!(
        (tally.tickets, tally.messages_elsewhere, tally.withdrawn, tally.customer),
        (2, 3, 1, true),
        "{tally:?}"
    );
    assert_eq!((tally.lessons, tally.answers, tally.feedback, tally.drafts), (1, 1, 1, 1), "{tally:?}");
    assert!(tally.left.is_empty(), "{tally:?}");
    for word in ["quillfeather", "bodyzebra", "mergedibex", "parceldormouse"] {
        assert!(lived.store.find_tickets(word, 10).await.unwrap().is_empty(), "{word}");
    }
    assert!(lived.store.style_notes().await.unwrap().is_empty());
}

/// Everything of the desk that is not Ana's: rows of other tickets, customers and proposals, byte for byte.
async fn others(lived: &Desk) -> Vec<String> {
    let tables = dump(&lived.way).await;
    let mut kept = Vec::new();
    for (table, key) in [("customers", "id"), ("tickets", "id"), ("messages", "ticket_id"), ("proposals", "ticket_id")]
    {
        for row in &tables[table] {
            let is_hers = ["C-70", "T-70", "T-71", "T-80", "T-81"].iter().any(|id| {
                let cell = format!("{key}={id}");
                row.split('|').any(|part| part == cell)
            });
            if !is_hers {
                kept.push(format!("{table}: {row}"));
            }
        }
    }
    kept.extend(tables["people"].clone());
    kept.extend(tables["audit"].iter().take(20).cloned());
    kept
}

async fn what_figures_and_others_need_is_as_it_was(lived: Desk) {
    with_ana(&lived).await;
    let (others_before, counts) = (others(&lived).await, lived.store.counts().await.unwrap());
    let hers = lived.ticket("T-70").await;
    let bobs = lived.ticket("T-80").await;
    let marks = lived.store.log_marks(&LogQuery::default()).await.unwrap();
    erase(&lived).await;
    assert_eq!(others(&lived).await, others_before);
    let after = lived.store.counts().await.unwrap();
    assert_eq!((after.all, after.active), (counts.all, counts.active - 1), "T-71 was closed by its merge");
    let husk = lived.ticket("T-70").await;
    assert_eq!(husk.row.subject, ERASED);
    assert_eq!(
        (&husk.row.id, husk.row.created_at, husk.row.updated_at),
        (&hers.row.id, hers.row.created_at, hers.row.updated_at)
    );
    assert_eq!(
        (husk.row.priority, husk.row.status, husk.row.messages),
        (hers.row.priority, Status::Closed, hers.row.messages)
    );
    assert_eq!((husk.row.tags.as_slice(), husk.row.version), (["billing".to_owned()].as_slice(), hers.row.version + 1));
    let told = |ticket: &countersign::domain::ticket::Ticket| {
        ticket.thread.iter().map(|m| (m.at, m.author, m.visibility)).collect::<Vec<_>>()
    };
    assert_eq!(told(&lived.ticket("T-70").await), told(&hers));
    assert_eq!(husk.thread.last().unwrap().name, hers.thread.last().unwrap().name, "who answered stays");
    let cc = lived.ticket("T-80").await;
    assert_eq!((cc.thread[0].clone(), cc.row.version), (bobs.thread[0].clone(), bobs.row.version + 1));
    assert_eq!((cc.thread[1].body.as_str(), cc.thread[1].name.as_str()), (ERASED, ERASED));
    let merged = lived.ticket("T-81").await;
    assert!(merged.thread.iter().any(|m| m.body == "A question about a bill."), "{merged:?}");
    let again = lived.store.log_marks(&LogQuery::default()).await.unwrap();
    for (was, is) in marks.iter().zip(&again) {
        assert_eq!((was.at, &was.actor, &was.action, &was.outcome), (is.at, &is.actor, &is.action, &is.outcome));
    }
    let decided = ProposalQuery { ticket_id: Some(id("T-70")), decided: true };
    let states: Vec<_> = lived.store.proposals(&decided).await.unwrap();
    let states: Vec<_> = states.iter().map(|p| (p.state.as_str(), p.decided_by.as_ref().unwrap().as_str())).collect();
    assert_eq!(states, [("executed", "maya"), ("denied", "maya"), ("cancelled", "ada")]);
    lived.store.decisions(100).await.unwrap();
}

async fn a_customer_is_erased_twice_and_somebody_unknown_not_at_all(lived: Desk) {
    with_ana(&lived).await;
    let first = erase(&lived).await;
    assert!(!first.orders.is_empty());
    let tables = dump(&lived.way).await;
    let second = erase(&lived).await;
    assert!(second.tally.tickets == 0 && second.tally.messages == 0 && !second.tally.customer, "{second:?}");
    let again = dump(&lived.way).await;
    for table in ["customers", "tickets", "messages", "proposals", "feedback", "lessons"] {
        assert_eq!(again[table], tables[table]);
    }
    lived.store.verify(None).await.unwrap().unwrap();
    let unknown = desk(&lived).erasable(&admin(), &"C-404".parse().unwrap()).await.unwrap_err();
    assert_eq!(unknown.word(), "not_found");
    assert!(desk(&lived).export(&admin(), &"C-70".parse().unwrap()).await.is_err(), "there is nothing to hand out");
    assert!(lived.store.customers_called("ana@quillmail.example").await.unwrap().is_empty());
}

async fn what_would_be_erased_is_what_is_erased_and_looking_changes_nothing(lived: Desk) {
    with_ana(&lived).await;
    let before = dump(&lived.way).await;
    let would = lived.store.would_erase(&"C-70".parse().unwrap(), now()).await.unwrap().unwrap();
    assert_eq!(dump(&lived.way).await, before);
    let done = erase(&lived).await.tally;
    assert_eq!(done, would, "the look at it is in the log without a body that names her");
    assert_eq!(lived.store.would_erase(&"C-404".parse().unwrap(), now()).await.unwrap(), None);
}

async fn the_order_names_what_is_gone_and_no_word_of_the_customer(lived: Desk) {
    with_ana(&lived).await;
    let done = erase(&lived).await;
    let query = LogQuery { what: Some("erased".to_owned()), ..LogQuery::default() };
    let orders = lived.store.find_log(&query, None, 10).await.unwrap();
    let order = orders.last().unwrap();
    assert_eq!((order.actor.as_str(), order.tool.as_str(), order.seq), ("ada", "erase_customer", done.orders[0]));
    let body = lived.store.log_body(order.seq).await.unwrap().unwrap();
    assert_eq!(body.arguments, json!({"customer_id": "C-70"}));
    let named = countersign::domain::erasure::named(&body.result.value());
    let seqs: Vec<u64> = named.iter().flat_map(|(from, to)| *from..=*to).collect();
    assert_eq!(seqs.len() as u64, body.result.value()["records"].as_u64().unwrap());
    for seq in seqs {
        assert_eq!(lived.store.log_body(seq).await.unwrap(), None);
    }
    let others = LogQuery { ticket: Some("T-1".to_owned()), ..LogQuery::default() };
    for record in lived.store.find_log(&others, None, 100).await.unwrap() {
        assert!(lived.store.log_body(record.seq).await.unwrap().is_some(), "{record:?}");
    }
    lived.way.tamper(&format!("DELETE FROM audit_bodies WHERE seq = {}", order.seq)).await;
    assert!(lived.store.verify(None).await.unwrap().is_err(), "without its order an erasure is a broken log");
}

async fn nothing_comes_in_for_who_was_erased(lived: Desk) {
    with_ana(&lived).await;
    let waiting = lived.propose(reply("T-70", "A second one.")).await;
    let receipt = lived.approve(&waiting).await;
    let ahead = lived.ticket("T-70").await;
    erase(&lived).await;
    assert!(lived.execute(&waiting, &receipt).await.is_err(), "what was approved is not carried out");
    let desk = desk(&lived);
    let asked = desk.write(&admin(), update("T-70", json!({"status": "open"})), Why::default(), None).await;
    assert_eq!(asked.unwrap_err().word(), "invalid");
    let prepared = countersign::domain::prepared::Prepared {
        occasion: countersign::domain::prepared::Occasion {
            ticket: id("T-70"),
            version: ahead.row.version,
            tool: "summarize_ticket",
            tone: None,
            prompt: "p@1".to_owned(),
        },
        content: json!({"summary": "bodyzebra"}),
        at: now(),
    };
    lived.store.prepare(prepared.clone()).await.unwrap();
    assert_eq!(lived.store.prepared(&prepared.occasion).await.unwrap(), None);
    let mut husk = lived.store.customer(&"C-70".parse().unwrap()).await.unwrap().unwrap();
    let was = Some(husk.clone());
    "Ana Quillfeather".clone_into(&mut husk.name);
    assert!(!lived.store.keep(Change::Customer { was, is: husk }, event()).await.unwrap());
    let found = CustomerQuery { email: None, name: Some("quill".to_owned()), limit: 5, behind: None };
    assert!(lived.store.customers(&found).await.unwrap().is_empty());
    assert_eq!(heard(&lived.way).await, Vec::<String>::new());
}

async fn a_document_has_all_that_there_is_of_a_customer_and_nothing_of_others(lived: Desk) {
    with_ana(&lived).await;
    let dossier = desk(&lived).export(&admin(), &"C-70".parse().unwrap()).await.unwrap();
    let document = json!(dossier);
    assert_eq!((document["format"].as_str(), document["version"].as_u64()), (Some("countersign.customer"), Some(1)));
    let text = document.to_string();
    for canary in CANARIES.iter().filter(|canary| !["stylepuffin", "answerstoat"].contains(canary)) {
        assert!(text.contains(canary), "{canary}");
    }
    assert!(!text.contains("other.example") && !text.contains("Where is my parcel?"), "nothing of Bob's own");
    assert_eq!(dossier.tickets.len(), 2);
    assert_eq!(document["tickets"][0]["thread"].as_array().unwrap().len(), 3);
    assert_eq!(dossier.proposals.len(), 4, "with the merge");
    assert!(dossier.records.iter().any(|record| record.withheld && record.said.is_none()));
    assert!(dossier.records.iter().all(|record| record.record.ticket.as_deref() != Some("T-1")));
    lived.store.flush().await.unwrap();
    let newest = lived.store.log(None, 1).await.unwrap().remove(0);
    assert_eq!((newest.tool.as_str(), newest.outcome.as_str()), ("export_customer", "ok"));
    let body = lived.store.log_body(newest.seq).await.unwrap().unwrap();
    assert!(!body.text().contains("quill"), "{body:?}");
}

async fn a_namesake_keeps_what_is_theirs(lived: Desk) {
    with_ana(&lived).await;
    lived.way.tamper("UPDATE customers SET name = 'ANA QUILLFEATHER' WHERE id = 'C-1'").await;
    let tally = erase(&lived).await.tally;
    assert_eq!(tally.left, ["ticket T-80"], "who wrote there nobody knows");
    let cc = lived.ticket("T-80").await;
    assert!(cc.thread[1].body.contains("parceldormouse"));
    lived.store.verify(None).await.unwrap().unwrap();
}

async fn whoever_is_spoken_of_in_capitals_of_any_alphabet_is_found(lived: Desk) {
    let keep = async |change| lived.store.keep(change, event()).await.unwrap();
    let is = json!({"id": "C-71", "name": "Émile Østergård", "email": "emile@mail.example"});
    assert!(keep(Change::Customer { was: None, is: serde_json::from_value(is).unwrap() }).await);
    for (id, body) in
        [("A-caps", "Ask ÉMILE ØSTERGÅRD first."), ("A-as-is", "Ask Émile Østergård."), ("A-other", "Emile.")]
    {
        let is = json!({"id": id, "title": "Invoices", "body": body});
        assert!(keep(Change::Article { was: None, is: Some(serde_json::from_value(is).unwrap()) }).await);
    }
    let tally = lived.store.would_erase(&"C-71".parse().unwrap(), now()).await.unwrap().unwrap();
    assert_eq!(tally.left, ["article A-as-is", "article A-caps"], "{tally:?}");
}
