//! `countersign feedback`: the thumbs that people gave, with what was read and what was shown, for review and evaluation.

use std::process::ExitCode;

use clap::Args;

use crate::app::Fill;
use crate::cli::Setting;
use crate::domain::feedback::{Kept, Thumb};
use crate::domain::text;

#[derive(Args)]
pub(crate) struct FeedbackArgs {
    /// Only thumbs of this kind: good or bad.
    #[arg(long)]
    thumb: Option<Thumb>,
    /// Prints lines of JSON with the ticket as it was read and the text as it was shown: customers' words are in them.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(setting: &Setting, args: FeedbackArgs) -> color_eyre::Result<ExitCode> {
    let store = setting.open(Fill::Sample).await?;
    let all = store.feedback().await?;
    let wanted: Vec<Kept> = all.into_iter().filter(|kept| args.thumb.is_none_or(|thumb| thumb == kept.thumb)).collect();
    if args.json {
        for kept in &wanted {
            println!("{}", serde_json::to_string(kept)?);
        }
        return Ok(ExitCode::SUCCESS);
    }
    for kept in &wanted {
        println!("{}", text::line(&in_words(kept)));
    }
    if wanted.is_empty() {
        println!("no thumb was given yet: + and - give one, on a draft or a summary");
    }
    Ok(ExitCode::SUCCESS)
}

fn in_words(kept: &Kept) -> String {
    let Kept { at, by, thumb, comment, ticket_id, version, tool, tone, made_by, .. } = kept;
    let at = at.strftime("%Y-%m-%d %H:%M");
    let tone = tone.as_deref().unwrap_or("");
    let comment = comment.as_deref().unwrap_or("");
    format!("{at}  {by:<10} {thumb:<4}  {ticket_id:<9} v{version:<3} {tool:<17} {tone:<8} {made_by:<24} {comment}")
}
