//! `countersign desk`: desks copied, backed up, and made for measuring.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use color_eyre::eyre::ensure;

use crate::app::copying::{self, Place};
use crate::app::{self, Fill};
use crate::cli::Setting;
use crate::domain::text;

#[derive(Subcommand)]
pub(crate) enum DeskCommand {
    /// Copies a desk with everything in it to a new place, either a file or a postgres:// URL, and verifies its log.
    Copy {
        /// The desk to copy; it may be in use, and is not changed.
        #[arg(value_name = "FILE|URL")]
        from: String,
        /// Where to; there must be no desk yet.
        #[arg(value_name = "FILE|URL")]
        to: String,
    },
    /// Writes a copy of the desk, as it is now, to a new file; it may be in use meanwhile.
    Backup {
        /// The file to make; it must not exist.
        file: PathBuf,
    },
    /// Makes a large desk for measuring: dull text, many tickets.
    Generate {
        /// How many tickets.
        #[arg(long)]
        tickets: u32,
        /// The file to make; it must not exist.
        file: PathBuf,
    },
}

pub(crate) async fn run(setting: &Setting, command: DeskCommand) -> color_eyre::Result<ExitCode> {
    match command {
        DeskCommand::Copy { from, to } => copy(setting, &from, &to).await,
        DeskCommand::Backup { file } => {
            ensure!(!file.exists(), "{} exists; name a new file", file.display());
            let head = copying::backup(&setting.places, &file).await?;
            println!("{}: {} records of the log, head {head}", text::line(&file.to_string_lossy()), head.size);
            Ok(ExitCode::SUCCESS)
        }
        DeskCommand::Generate { tickets, file } => {
            ensure!(!file.exists(), "{} exists; name a new file", file.display());
            let store = app::open_desk(&file, Fill::Nothing).await?;
            crate::import::generate::fill(store.as_ref(), tickets).await?;
            println!("{tickets} tickets in {}", file.display());
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn copy(setting: &Setting, from: &str, to: &str) -> color_eyre::Result<ExitCode> {
    let place = |text: &str| Place::read(text, &setting.places, setting.effective.config.desk.connections);
    let (from, to) = (place(from), place(to));
    let head = copying::copy(&from, &to).await?;
    println!("{from} is copied to {to}");
    println!("verified: {} records, head {head}", head.size);
    Ok(ExitCode::SUCCESS)
}
