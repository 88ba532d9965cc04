//! `countersign import`: files in, with a word about each bad row.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use color_eyre::eyre::WrapErr as _;

use crate::app::{self, Fill};
use crate::cli::Setting;
use crate::domain::audit::{Action, Body, Event};
use crate::domain::ids::PrincipalId;
use crate::domain::text;
use crate::import::{self, Map, Reading};
use crate::store::{Origin, Store};

#[derive(Args)]
pub(crate) struct ImportArgs {
    /// Files or folders: .jsonl, .json, .csv, .eml, .mbox, .md.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How the fields of a foreign file are called; the shipped ones: star, tau2, banking77, mail-text.
    #[arg(long, value_name = "FILE or NAME")]
    map: Option<PathBuf>,
}

pub(crate) async fn run(setting: &Setting, args: ImportArgs) -> color_eyre::Result<ExitCode> {
    let map = args.map.as_deref().map(Map::find).transpose()?;
    let store = setting.open(Fill::Nothing).await?;
    let (person, _) = app::sign_on(store.as_ref(), &setting.effective.config).await?;
    let mut clean = true;
    for path in &args.files {
        clean &= one(store.as_ref(), path, map.as_ref(), &person.id).await?;
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Imports one file, or one folder with the threads of its mails; false when it had bad rows or could not be read.
async fn one(store: &dyn Store, file: &Path, map: Option<&Map>, by: &PrincipalId) -> color_eyre::Result<bool> {
    let shown = text::line(&file.to_string_lossy()).into_owned();
    let Reading { rows, bad, skipped } = match import::read(file, map, crate::clock::now()) {
        Ok(reading) => reading,
        Err(error) => {
            println!("{shown}: not read: {error}");
            return Ok(false);
        }
    };
    for row in &bad {
        println!("{shown}:{}: {}", row.line, row.reason);
    }
    for what in &skipped {
        println!("{shown}: left out: {what}");
    }
    let event = record(by, &shown);
    let done = store.import(rows, Origin::File, event).await.wrap_err_with(|| format!("{shown}: nothing imported"))?;
    println!("{shown}: {} imported, {} already there, {} bad", done.added, done.present, bad.len());
    Ok(bad.is_empty())
}

fn record(by: &PrincipalId, file: &str) -> Event {
    let body = Body { words: Some(file.to_owned()), ..Body::default() };
    let run = crate::random::run_id();
    Event { body, ..Event::new(crate::clock::now(), by.clone(), run, Action::Imported, "import") }
}
