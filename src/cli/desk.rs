//! `countersign desk`: desks made for measuring.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use color_eyre::eyre::ensure;

use crate::app::{self, Fill};

#[derive(Subcommand)]
pub(crate) enum DeskCommand {
    /// Makes a large desk for measuring: dull text, many tickets.
    Generate {
        /// How many tickets.
        #[arg(long)]
        tickets: u32,
        /// The file to make; it must not exist.
        file: PathBuf,
    },
}

pub(crate) async fn run(command: DeskCommand) -> color_eyre::Result<ExitCode> {
    match command {
        DeskCommand::Generate { tickets, file } => {
            ensure!(!file.exists(), "{} exists; name a new file", file.display());
            let store = app::open_desk(&file, Fill::Nothing).await?;
            crate::import::generate::fill(store.as_ref(), tickets).await?;
            println!("{tickets} tickets in {}", file.display());
            Ok(ExitCode::SUCCESS)
        }
    }
}
