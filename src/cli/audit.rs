//! `countersign audit`: the tool-call log for supervisors.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use crate::app::Fill;
use crate::cli::Setting;
use crate::domain::audit::Record;
use crate::domain::audit::chain::Head;
use crate::domain::text;
use crate::store::Store;

#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// Walks the whole chain and its checkpoints; names the first bad record.
    Verify {
        /// Also checks that this head, noted earlier, is part of the log.
        #[arg(long, value_name = "SIZE:HASH")]
        expect_head: Option<Head>,
    },
    /// Prints the newest records.
    Show {
        /// How many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Prints every record, oldest first, with what was said.
    Export {
        /// As lines of JSON, the only form there is.
        #[arg(long, required = true)]
        json: bool,
    },
}

pub(crate) async fn run(setting: &Setting, command: AuditCommand) -> color_eyre::Result<ExitCode> {
    let store = setting.open(Fill::Sample).await?;
    match command {
        AuditCommand::Verify { expect_head } => verify(store.as_ref(), expect_head).await,
        AuditCommand::Show { limit } => show(store.as_ref(), limit).await,
        AuditCommand::Export { json: _ } => export(store.as_ref()).await,
    }
}

async fn verify(store: &dyn Store, expect: Option<Head>) -> color_eyre::Result<ExitCode> {
    match store.verify(expect).await? {
        Ok(head) => {
            println!("verified: {} records", head.size);
            println!("head      {head}");
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => {
            println!("NOT verified: {}", text::line(&broken.to_string()));
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn show(store: &dyn Store, limit: u32) -> color_eyre::Result<ExitCode> {
    println!(
        "{:>7} {:<19} {:<11} {:<9} {:<17} {:<12} {:<11} {:<16} {:>8}",
        "seq", "time", "run", "ticket", "tool", "who", "action", "outcome", "ms"
    );
    for record in store.log(None, limit).await?.iter().rev() {
        println!("{}", text::line(&row(record)));
    }
    Ok(ExitCode::SUCCESS)
}

fn row(r: &Record) -> String {
    let ticket = r.ticket.as_deref().unwrap_or("");
    let time = r.at.strftime("%Y-%m-%d %H:%M:%S");
    let (whole, part) = (r.micros / 1000, r.micros % 1000 / 100);
    format!(
        "{:>7} {time} {:<11} {ticket:<9} {:<17} {:<12} {:<11} {:<16} {whole:>6}.{part}",
        r.seq, r.run, r.tool, r.actor, r.action, r.outcome
    )
}

async fn export(store: &dyn Store) -> color_eyre::Result<ExitCode> {
    let newest = store.log(None, 1).await?.first().map_or(0, |record| record.seq);
    let mut next = 1;
    while next <= newest {
        let end = (next + 500).min(newest + 1);
        let page = store.log(Some(end), u32::try_from(end - next)?).await?;
        for record in page.iter().rev() {
            let body = store.log_body(record.seq).await?;
            println!("{}", json!({"record": record, "body": body}));
        }
        next = end;
    }
    Ok(ExitCode::SUCCESS)
}
