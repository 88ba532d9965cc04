//! Opens the screen: takes the terminal, sits down at the desk, runs until the person leaves.

use std::future::Future;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::mpsc;

use crate::app::Sitting;
use crate::config::{Config, ThemeChoice};
use crate::domain::actor::{Principal, Role};
use crate::domain::text;
use crate::tui::events::{Failure, LogDetail, Msg};
use crate::tui::manner::Manner;
use crate::tui::model::kept::Kept;
use crate::tui::model::{Desk, Model};
use crate::tui::outside::Outside;
use crate::tui::run::{Around, Ended, run};
use crate::tui::runtime::{Drafts, Keeper, Playback, Runtime};
use crate::tui::signals::{Signals, outlives_its_terminal};
use crate::tui::terminal::{Guard, ask_ground};
use crate::tui::theme::{OwnColors, Theme, guess};

/// Messages that may wait for the screen; whoever sends more waits too.
pub(crate) const INBOX: usize = 1024;

/// Runs the screen for the person whom `sit_down` seats.
///
/// # Errors
/// When the desk cannot be opened or the terminal fails.
pub async fn start(
    sit_down: impl Future<Output = color_eyre::Result<Sitting>>,
    config: &Config,
    manner: Manner,
    (state, desk_file): (&Path, &Path),
    warning: Option<String>,
) -> color_eyre::Result<ExitCode> {
    if !has_screen() {
        return Ok(ExitCode::from(2));
    }
    let signals = Signals::new()?;
    // A time zone may have to be looked for among all there are.
    let zone = tokio::task::spawn_blocking(TimeZone::system);
    // The terminal answers while the desk is opened; both are waited for, since whoever asks has made it raw.
    let choice = config.screen.theme;
    let (sitting, theme) = tokio::join!(sit_down, tokio::task::spawn_blocking(move || theme(choice)));
    let (sitting, theme) = (sitting?, theme?);
    let about = sitting.seat.about().await?;
    let drafts = Drafts::of(state, &about.desk, sitting.seat.as_ref()).await?;
    let desk = desk(&sitting, config, about.sample);

    let guard = Guard::take()?;
    let ahead = config.assistant.ahead(sitting.models.metered);
    let undo = Duration::from_secs(config.send.undo_seconds);
    let mut model = Model::new(desk, theme, guard.size()?, &crate::clock::now().to_zoned(zone.await?))
        .assisted(config.assistant.tone, ahead)
        .holding_replies(undo)
        .answering_with(config.send.answered.status());
    model.set_manner(Manner { colors: colors(manner.colors), ..manner });
    let configured = format!("{:?} {:?}", config.screen.theme, config.screen.mouse);
    let keeper = Keeper::new(state, desk_file, configured);
    if keeper.is_first() {
        model = model.welcoming();
    }
    if let Some(kept) = keeper.load() {
        let theme = kept.theme.clone().filter(|_| !no_color());
        model.restore(Kept { theme, ..kept });
    }
    let (sender, inbox) = mpsc::channel(INBOX);
    for message in sitting.models.left_out.clone() {
        let what = "use a model".to_owned();
        let way_out = "`countersign setup` chooses one".to_owned();
        sender.send(Msg::Failed(Failure { request: None, what, message, way_out })).await?;
    }
    for message in sitting.remarks.clone() {
        let (what, way_out) = ("keep your token to yourself".to_owned(), String::new());
        sender.send(Msg::Failed(Failure { request: None, what, message, way_out })).await?;
    }
    let is_logged = warning.is_none();
    if let Some(message) = warning {
        let what = "write a log".to_owned();
        // The message says what to do.
        sender.send(Msg::Failed(Failure { request: None, what, message, way_out: String::new() })).await?;
    }
    let runtime = Runtime::new(sitting, drafts, config.clone(), state.to_owned(), keeper, sender);
    tokio::spawn(runtime.clone().follow());
    tokio::spawn(runtime.clone().stay_in_touch());
    tokio::spawn(outlives_its_terminal());
    let attending = tokio::spawn(runtime.clone().attend());
    let around = Around { outside: Outside::beside(state), signals, wall: crate::clock::wall };
    let ended = run(guard, model, inbox, around, |effect| runtime.perform(effect)).await;
    attending.abort();
    // Nothing is said after the farewell.
    let _ = attending.await;
    let left = runtime.leave().await;
    let code = said(&ended?, state, is_logged);
    left?;
    Ok(code)
}

/// Says how the screen ended, where that was not as the person wanted it.
fn said(ended: &Ended, state: &Path, is_logged: bool) -> ExitCode {
    let Ended::Mistake { words, saved } = ended else { return ExitCode::SUCCESS };
    let kept = if *saved { "What you wrote is saved." } else { "What you wrote since the last pause is not saved." };
    let logs = state.join("logs").display().to_string();
    let report = if is_logged { format!("The report is in {}", text::line(&logs)) } else { "No log is written".into() };
    // A terminal that is gone is no reason to panic.
    let _ = writeln!(
        std::io::stderr(),
        "countersign: the program made a mistake and had to end: {words}\n{kept} {report}; please report this line. Start it again: countersign"
    );
    ExitCode::FAILURE
}

/// What the screen says of where the person sits.
pub(crate) fn desk(sitting: &Sitting, config: &Config, sample: bool) -> Desk {
    Desk {
        name: sitting.desk.clone(),
        sample,
        assistant: sitting.models.name().to_owned(),
        model: sitting.models.any(),
        me: sitting.seat.person().clone(),
        views: config.queue.view.clone(),
    }
}

/// Plays a run step by step, out of what was read beforehand: there is no desk that could be written to.
///
/// # Errors
/// When the terminal fails.
pub async fn replay(
    run_id: String,
    steps: Vec<LogDetail>,
    config: &Config,
    manner: Manner,
    state: &Path,
) -> color_eyre::Result<ExitCode> {
    if !has_screen() {
        return Ok(ExitCode::from(2));
    }
    let around = Around { outside: Outside::beside(state), signals: Signals::new()?, wall: crate::clock::wall };
    let me = Principal { id: "replay".parse()?, role: Role::Viewer };
    let desk =
        Desk { name: "Log".to_owned(), sample: false, assistant: String::new(), model: false, me, views: vec![] };
    let theme = theme(config.screen.theme);
    let guard = Guard::take()?;
    let mut model =
        Model::playing(run_id, desk, theme, guard.size()?, &crate::clock::now().to_zoned(TimeZone::system()));
    let (sender, inbox) = mpsc::channel(INBOX);
    model.set_manner(Manner { colors: colors(manner.colors), ..manner });
    let playback = Playback::new(steps, sender);
    let ended = run(guard, model, inbox, around, |effect| playback.perform(&effect)).await?;
    Ok(said(&ended, state, true))
}

/// Terminals that can only print one line below the other.
const WITHOUT_SCREEN: [&str; 3] = ["", "dumb", "unknown"];

/// Whether there is a terminal that a screen can be drawn on; says what to do where there is none.
fn has_screen() -> bool {
    let term = std::env::var("TERM").unwrap_or_default();
    let trouble = if !(std::io::stdout().is_terminal() && std::io::stdin().is_terminal()) {
        "there is no terminal here. Run it in one".to_owned()
    } else if cfg!(unix) && WITHOUT_SCREEN.contains(&term.as_str()) {
        let is = if term.is_empty() { "TERM is not set".to_owned() } else { format!("TERM is {term}") };
        format!("this terminal cannot show a screen: {is}. If it can, say so: TERM=xterm-256color countersign")
    } else {
        return true;
    };
    eprintln!("countersign: {trouble}, or use a command: countersign --help");
    false
}

/// The person's own colours as this terminal can show them.
fn colors(own: OwnColors) -> OwnColors {
    let all = std::env::var("COLORTERM").is_ok_and(|depth| ["truecolor", "24bit"].contains(&depth.as_str()));
    if all { own } else { own.in_256() }
}

fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

fn theme(choice: ThemeChoice) -> Theme {
    match choice {
        _ if no_color() => Theme::NoColor,
        ThemeChoice::Auto => guess(|name| std::env::var(name).ok()).unwrap_or_else(ask_ground),
        ThemeChoice::Dark => Theme::Dark,
        ThemeChoice::Light => Theme::Light,
        ThemeChoice::Contrast => Theme::Contrast,
        ThemeChoice::Terminal => Theme::Terminal,
        ThemeChoice::None => Theme::NoColor,
    }
}
