//! `countersign token` and `countersign roles`: who may come in, and as what.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use color_eyre::eyre::{Context as _, eyre};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::access::{self, Token, Wanted, What};
use crate::app::{self, Fill};
use crate::cli::Setting;
use crate::clock;
use crate::domain::actor::{Principal, Role};
use crate::domain::credential::{Credential, Fingerprint, Person, Standing};
use crate::domain::ids::{CredentialId, PrincipalId};
use crate::domain::scope::Scope;
use crate::domain::sight::Sight;
use crate::domain::text;
use crate::random;
use crate::store::Store;

#[derive(Subcommand)]
pub(crate) enum TokenCommand {
    /// Makes a token for a person or a bot, and shows it once.
    Create(CreateArgs),
    /// Lists credentials: whose they are, until when, when they were last used.
    List,
    /// Takes a credential back, at once.
    Revoke {
        /// Its name, as `token list` shows it.
        id: CredentialId,
    },
}

#[derive(Args)]
pub(crate) struct CreateArgs {
    /// viewer, agent, supervisor, admin or bot.
    #[arg(long)]
    role: Role,
    /// Whose it is: a person's or a bot's name, which the desk need not know yet.
    #[arg(long)]
    name: String,
    /// Good for this long, like 30d or 12h; else until it is taken back.
    #[arg(long, value_name = "TIME")]
    expires: Option<Span>,
    /// Shows a bot only tickets with one of these labels, assignees and states: tag:billing,status:open,assignee:nobody.
    #[arg(long, value_name = "SCOPE", default_value = "all")]
    scope: Scope,
    /// Takes this client certificate (PEM) as the credential: no token is made.
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    certificate: Option<PathBuf>,
    /// Writes the token to this new file, which only you can read, and does not show it.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum RolesCommand {
    /// Lists the people and bots of this desk.
    People,
    /// Gives somebody another role.
    Set {
        /// Their name, as `roles people` lists it.
        name: PrincipalId,
        /// viewer, agent, supervisor or admin.
        role: Role,
    },
}

pub(crate) async fn token(setting: &Setting, command: TokenCommand) -> color_eyre::Result<ExitCode> {
    let store = setting.open(Fill::Sample).await?;
    let store = store.as_ref();
    match command {
        TokenCommand::Create(args) => create(setting, store, args).await?,
        TokenCommand::List => list(store).await?,
        TokenCommand::Revoke { id } => {
            let by = whoever(setting, store).await?;
            access::take_back(store, &by.principal, &random::run_id(), &id).await?;
            println!("{id} opens nothing any more");
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn roles(setting: &Setting, command: Option<RolesCommand>) -> color_eyre::Result<ExitCode> {
    let Some(command) = command else {
        print!("{}\nWhat each sees of a customer, a ticket and its messages:\n\n", Role::table());
        print!("{}", Sight::table(&setting.effective.config.policy));
        return Ok(ExitCode::SUCCESS);
    };
    let store = setting.open(Fill::Sample).await?;
    match command {
        RolesCommand::People => {
            for Person { principal: Principal { id, role }, name } in store.people().await? {
                println!("{id:<20} {role:<10} {}", text::line(&name));
            }
        }
        RolesCommand::Set { name, role } => {
            let run = random::run_id();
            let by = admin(setting, store.as_ref(), &run).await?;
            access::set_role(store.as_ref(), &by, &run, &name, role).await?;
            println!("{name} is {role} now");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(setting: &Setting, store: &dyn Store, args: CreateArgs) -> color_eyre::Result<()> {
    let CreateArgs { role, name, expires, scope, certificate, file } = args;
    let id = app::id_of(&name);
    let expires_at = expires.map(until).transpose()?;
    let what = certificate.as_deref().map_or(Ok(What::Token), certificate_in)?;
    let run = random::run_id();
    let by = admin(setting, store, &run).await?;
    let wanted = Wanted { id, name, role, scope, expires_at, what };
    // A file that cannot be made is found before there is a secret.
    let file = file.as_deref().map(|path| own_file(path).map(|file| (file, path))).transpose()?;
    let given = access::give(store, &by, &run, wanted).await;
    if let (Err(_), Some((_, path))) = (&given, &file) {
        // It is new and empty; one that stays would be in the way of the next try.
        let _ = std::fs::remove_file(path);
    }
    let (credential, token) = given?;
    let Credential { id, principal, .. } = &credential;
    eprintln!("{id}: {} comes in as {}{}", principal.id, principal.role, ending(&credential));
    if let Some(token) = token {
        hand_over(&token, file)?;
    }
    Ok(())
}

/// To the file, or to standard output; nowhere else, and never again.
fn hand_over(token: &Token, file: Option<(std::fs::File, &Path)>) -> color_eyre::Result<()> {
    if let Some((mut file, path)) = file {
        writeln!(file, "{}", token.reveal()).and_then(|()| file.sync_all())?;
        eprintln!("the token is in {}", text::line(&path.to_string_lossy()));
    } else {
        eprintln!("the token, shown this once:");
        println!("{}", token.reveal());
    }
    Ok(())
}

/// The first certificate of a file.
fn certificate_in(path: &Path) -> color_eyre::Result<What> {
    let shown = text::line(&path.to_string_lossy()).into_owned();
    let der = CertificateDer::from_pem_file(path).map_err(|e| eyre!("no certificate in {shown}: {e}"))?;
    Ok(What::Certificate(Fingerprint::of(&der)))
}

fn own_file(path: &Path) -> color_eyre::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    let shown = text::line(&path.to_string_lossy()).into_owned();
    options.write(true).create_new(true).mode(0o600).open(path).wrap_err_with(|| format!("cannot make {shown}"))
}

fn until(span: Span) -> color_eyre::Result<Timestamp> {
    let end = clock::wall().to_zoned(TimeZone::UTC).checked_add(span).wrap_err("--expires is too far away")?;
    if end.timestamp() <= clock::wall() {
        return Err(eyre!("--expires is no time from now, like 30d or 12h"));
    }
    Ok(end.timestamp())
}

fn ending(credential: &Credential) -> String {
    credential.expires_at.map_or_else(String::new, |at| format!(" until {}", at.strftime("%Y-%m-%d %H:%M UTC")))
}

async fn list(store: &dyn Store) -> color_eyre::Result<()> {
    println!(
        "{:<12} {:<20} {:<10} {:<11} {:<8} {:<17} {:<10}  scope",
        "id", "who", "role", "kind", "is", "until", "last used"
    );
    let now = clock::wall();
    for credential in store.credentials().await? {
        let standing = match credential.standing(now) {
            Standing::Good => "good",
            Standing::Expired => "expired",
            Standing::Revoked => "revoked",
        };
        let Credential { id, kind, principal, scope, expires_at, last_used, .. } = &credential;
        let Principal { id: who, role } = principal;
        let scope = text::short(&scope.to_string(), 80);
        let until = expires_at.map_or_else(|| "-".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string());
        let used = last_used.map_or_else(|| "never".to_owned(), |day| day.to_string());
        println!("{id:<12} {who:<20} {role:<10} {kind:<11} {standing:<8} {until:<17} {used:<10}  {scope}");
    }
    Ok(())
}

async fn whoever(setting: &Setting, store: &dyn Store) -> color_eyre::Result<Person> {
    let (principal, name) = app::sign_on(store, &setting.effective.config).await?;
    Ok(Person { principal, name })
}

/// Who sits here; the desk's admin from now on where it has none.
async fn admin(setting: &Setting, store: &dyn Store, run: &crate::domain::ids::RunId) -> color_eyre::Result<Principal> {
    let by = whoever(setting, store).await?;
    store.share().await?;
    match access::found(store, &by, run).await? {
        Some(admin) => {
            eprintln!("{} is the admin of this desk now: it had none", admin.id);
            Ok(admin)
        }
        None => Ok(by.principal),
    }
}
