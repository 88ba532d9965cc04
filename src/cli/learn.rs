//! `countersign learn`: what people's edits teach, as diffs that a supervisor countersigns.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};

use crate::app::{self, Fill};
use crate::assist::learn::diff;
use crate::cli::Setting;
use crate::desk::{Caller, Desk, Known};
use crate::domain::ids::{LessonId, TicketId};
use crate::domain::lesson::{Lesson, LessonKind, LessonState, Settled};
use crate::domain::text;
use crate::random;

/// Tickets that a lesson names; the rest is counted.
const MOST_NAMED: usize = 8;

#[derive(Args)]
pub(crate) struct LearnArgs {
    /// Prints the lessons as JSON.
    #[arg(long)]
    json: bool,
    /// Shows this lesson and applies it once you have typed the end of its id; for supervisors.
    #[arg(long, value_name = "ID", conflicts_with_all = ["dismiss", "json"])]
    sign: Option<LessonId>,
    /// Never proposes this lesson again, or takes a style note back; for supervisors.
    #[arg(long, value_name = "ID", conflicts_with = "json")]
    dismiss: Option<LessonId>,
}

pub(crate) async fn run(setting: &Setting, args: LearnArgs) -> color_eyre::Result<ExitCode> {
    let config = &setting.effective.config;
    let store = setting.open(Fill::Sample).await?;
    let (principal, name) = app::sign_on(store.as_ref(), config).await?;
    let caller = Caller::new(principal, name, random::run_id());
    let desk = Desk::new(Arc::clone(&store), config.policy.clone());
    let code = match (args.sign, args.dismiss) {
        (Some(id), _) => sign(&desk, &caller, &id).await,
        (None, Some(id)) => dismiss(&desk, &caller, &id).await,
        (None, None) => list(&desk, &caller, args.json).await,
    };
    // A refusal is a record, too.
    store.flush().await?;
    code
}

async fn list(desk: &Desk, caller: &Caller, as_json: bool) -> color_eyre::Result<ExitCode> {
    let known = desk.lessons(caller).await?;
    if as_json {
        println!("{}", harmless(&json!(known.lessons.iter().map(to_json).collect::<Vec<_>>())));
        return Ok(ExitCode::SUCCESS);
    }
    for lesson in &known.lessons {
        println!("{}", shown(lesson));
    }
    print!("{}", closing(&known));
    Ok(ExitCode::SUCCESS)
}

async fn sign(desk: &Desk, caller: &Caller, id: &LessonId) -> color_eyre::Result<ExitCode> {
    let lesson = desk.lesson(caller, id).await?;
    println!("{}", shown(&lesson));
    if !std::io::stdin().is_terminal() {
        eprintln!("countersign: {id} was not signed: a person countersigns, so this needs a terminal");
        return Ok(ExitCode::from(2));
    }
    print!("To countersign as {}, type the last four characters of {id}: ", caller.principal.id);
    std::io::stdout().flush()?;
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed)?;
    let signed = lesson.countersign(&typed)?;
    let kind = signed.lesson().kind();
    desk.teach(caller, signed).await?;
    let done = match kind {
        LessonKind::CannedReply => "the canned reply was added",
        LessonKind::StyleNote => "models are told from now on",
        LessonKind::ArticlePatch => "the article was changed",
    };
    println!("{id} signed: {done}. It is in the log.");
    Ok(ExitCode::SUCCESS)
}

async fn dismiss(desk: &Desk, caller: &Caller, id: &LessonId) -> color_eyre::Result<ExitCode> {
    desk.dismiss(caller, id).await?;
    println!("{id} dismissed: it is not proposed again.");
    Ok(ExitCode::SUCCESS)
}

/// A lesson with what it rests on and its diff, escaped.
fn shown(lesson: &Lesson) -> String {
    let support = &lesson.support;
    let mut tickets: Vec<&str> = support.tickets.iter().take(MOST_NAMED).map(TicketId::as_str).collect();
    let more = format!("and {} more", support.tickets.len().saturating_sub(MOST_NAMED));
    if support.tickets.len() > MOST_NAMED {
        tickets.push(&more);
    }
    let kind = lesson.kind().as_str().replace('_', " ");
    let (seen, of, tickets) = (support.seen, support.of, tickets.join(", "));
    let (id, title, diff) = (lesson.id(), text::line(&lesson.title), diff::of(lesson));
    format!("{id}  {kind}: {title}\n    in {seen} of {of} edited replies: {tickets}\n{diff}")
}

/// What stands under the list.
fn closing(known: &Known) -> String {
    let in_force = |n: &&Settled| n.kind == LessonKind::StyleNote && n.state == LessonState::Signed;
    let mut out = String::new();
    for note in known.settled.iter().filter(in_force) {
        let _ = writeln!(out, "{}  in force: {}", note.id, text::line(&note.new));
    }
    out.push_str(match known.lessons.len() {
        0 => "Nothing to learn from what was sent so far.\n",
        _ => "A supervisor signs with `countersign learn --sign ID`, or dismisses with `--dismiss ID`.\n",
    });
    out
}

fn to_json(lesson: &Lesson) -> Value {
    json!({
        "id": lesson.id(), "kind": lesson.kind(), "title": lesson.title, "target": lesson.target(),
        "support": lesson.support, "old": lesson.old(), "new": lesson.new_text(), "diff": diff::of(lesson),
    })
}

/// JSON that a terminal can be shown: what is hostile stands as `\u202e`, which means the same to a reader.
fn harmless(value: &Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        if text::is_hostile(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}
