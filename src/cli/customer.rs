//! `countersign customer`: one person's data, handed out or erased.

use std::fs::OpenOptions;
use std::io::{IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use color_eyre::eyre::{Context as _, bail, ensure};

use crate::app::{self, Fill};
use crate::cli::Setting;
use crate::desk::{Caller, Desk};
use crate::domain::actor::{Principal, Role};
use crate::domain::customer::Customer;
use crate::domain::erasure::{Meant, Tally};
use crate::domain::ids::TicketId;
use crate::domain::text;
use crate::domain::ticket::TicketQuery;
use crate::random;
use crate::store::Store;
use crate::tui::runtime::forget_all;

#[derive(Subcommand)]
pub(crate) enum CustomerCommand {
    /// Writes all that the desk knows of a customer, as one JSON document.
    Export {
        /// Their id, address or name.
        #[arg(value_name = "ID|EMAIL")]
        customer: String,
        /// The new file, for your eyes only; else standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Erases all that the desk knows of a customer, for good; the log stays whole, and says that it was done.
    Erase {
        /// Their id, address or name.
        #[arg(value_name = "ID|EMAIL")]
        customer: String,
        /// Their id or name once more, where nobody is here to be asked.
        #[arg(long, value_name = "ID|NAME")]
        naming: Option<String>,
    },
}

pub(crate) async fn run(setting: &Setting, command: CustomerCommand) -> color_eyre::Result<ExitCode> {
    let store = setting.open(Fill::Sample).await?;
    let caller = caller(setting, store.as_ref()).await?;
    let desk = Desk::new(Arc::clone(&store), setting.effective.config.policy.clone());
    let done = match command {
        CustomerCommand::Export { customer, out } => export(&desk, &caller, &customer, out.as_deref()).await,
        CustomerCommand::Erase { customer, naming } => {
            let customer = the_one(&desk, &caller, &customer).await?;
            let tickets = tickets(store.as_ref(), &customer).await?;
            let done = erase(&desk, &caller, &customer, naming.as_deref()).await?;
            if done == ExitCode::SUCCESS {
                let name = store.desk_id().await?;
                let drafts =
                    forget_all(&setting.places.state, &name, &tickets).wrap_err("your drafts are still here")?;
                if drafts > 0 {
                    println!("  drafts in your own files          {drafts:>7}");
                }
            }
            Ok(done)
        }
    };
    store.flush().await?;
    done
}

/// Who sits here. Their own desk takes their word for it that they run it; one that others come in to does not.
async fn caller(setting: &Setting, store: &dyn Store) -> color_eyre::Result<Caller> {
    let (principal, name) = app::sign_on(store, &setting.effective.config).await?;
    let own = !store.is_shared().await?;
    let principal = if own { Principal { role: Role::Admin, ..principal } } else { principal };
    Ok(Caller::new(principal, name, random::run_id()))
}

/// The customer who is meant.
async fn the_one(desk: &Desk, caller: &Caller, called: &str) -> color_eyre::Result<Customer> {
    let mut found = desk.customers_called(caller, called).await?;
    // An id names one; a name may be several people's.
    if let Some(at) = found.iter().position(|customer| customer.id.as_str() == called) {
        return Ok(found.swap_remove(at));
    }
    match <[Customer; 1]>::try_from(found) {
        Ok([customer]) => Ok(customer),
        Err(none) if none.is_empty() => bail!("there is no customer {}", text::short(called, 80)),
        Err(several) => {
            let ids: Vec<_> = several.iter().map(|customer| customer.id.as_str()).collect();
            bail!("{} is {} customers: say which by id: {}", text::short(called, 80), ids.len(), ids.join(", "))
        }
    }
}

async fn tickets(store: &dyn Store, customer: &Customer) -> color_eyre::Result<Vec<TicketId>> {
    let mut query = TicketQuery { customer_id: Some(customer.id.clone()), limit: 500, ..TicketQuery::default() };
    let mut ids = Vec::new();
    loop {
        let page = store.tickets(&query).await?.tickets;
        let is_last = page.len() < query.limit as usize;
        ids.extend(page.into_iter().map(|row| row.id));
        if is_last {
            return Ok(ids);
        }
        query.offset += query.limit;
    }
}

async fn export(desk: &Desk, caller: &Caller, called: &str, out: Option<&Path>) -> color_eyre::Result<ExitCode> {
    let customer = the_one(desk, caller, called).await?;
    // A file that cannot be made is found before anything is handed out.
    let file = out.map(own_file).transpose()?;
    let dossier = desk.export(caller, &customer.id).await?;
    let mut document = serde_json::to_string_pretty(&dossier)?;
    document.push('\n');
    if let Some(mut file) = file {
        file.write_all(document.as_bytes()).and_then(|()| file.sync_all())?;
        let (tickets, records) = (dossier.tickets.len(), dossier.records.len());
        eprintln!("{}: {tickets} tickets, {records} records of the log", customer.id);
    } else {
        std::io::stdout().write_all(document.as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn own_file(path: &Path) -> color_eyre::Result<std::fs::File> {
    let shown = text::line(&path.to_string_lossy()).into_owned();
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    made.wrap_err_with(|| format!("cannot make {shown}"))
}

async fn erase(
    desk: &Desk,
    caller: &Caller,
    customer: &Customer,
    naming: Option<&str>,
) -> color_eyre::Result<ExitCode> {
    let (customer, tally) = desk.erasable(caller, &customer.id).await?;
    println!("{} {}: what will be erased", customer.id, text::short(&customer.name, 80));
    print!("{}", listed(&tally));
    let meant = match naming {
        Some(named) => Meant::by(&customer, named),
        None => asked(&customer)?,
    };
    let Some(meant) = meant else {
        println!("nothing was erased");
        return Ok(ExitCode::FAILURE);
    };
    let done = desk.erase(caller, &meant).await?;
    if done.orders.is_empty() {
        println!("nothing was left to erase");
        return Ok(ExitCode::SUCCESS);
    }
    let orders: Vec<_> = done.orders.iter().map(ToString::to_string).collect();
    println!("erased by {}, record {} of the log:", caller.principal.id, orders.join(" and "));
    print!("{}", listed(&done.tally));
    Ok(ExitCode::SUCCESS)
}

/// Asks for the name, at a terminal.
fn asked(customer: &Customer) -> color_eyre::Result<Option<Meant>> {
    let stdin = std::io::stdin();
    ensure!(stdin.is_terminal(), "nobody is here to ask: name the customer once more with --naming");
    print!("This cannot be taken back. Type the customer's name or id to erase it: ");
    std::io::stdout().flush()?;
    let mut typed = String::new();
    stdin.read_line(&mut typed)?;
    Ok(Meant::by(customer, &typed))
}

/// The counts, a line each.
fn listed(tally: &Tally) -> String {
    let rows = [
        ("tickets, which stay as husks", tally.tickets),
        ("messages in them", tally.messages),
        ("messages in others' tickets", tally.messages_elsewhere),
        ("proposals about them", tally.proposals),
        ("of these, withdrawn", tally.withdrawn),
        ("drafts and texts written ahead", tally.drafts),
        ("thumbs for such texts", tally.feedback),
        ("answers kept for repeated requests", tally.answers),
        ("lessons that quote them", tally.lessons),
        ("records of the log: what was said", tally.records),
    ];
    let mut lines: Vec<_> = rows.iter().map(|(what, count)| format!("  {what:<34}{count:>7}\n")).collect();
    if !tally.left.is_empty() {
        let places: Vec<_> = tally.left.iter().map(|place| text::line(place)).collect();
        lines.push(format!("  left, since others wrote it: {}\n", places.join(", ")));
    }
    lines.concat()
}
