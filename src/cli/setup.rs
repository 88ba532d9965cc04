//! `countersign setup`: five questions to a working model.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use color_eyre::eyre::{WrapErr as _, eyre};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use crate::app::models;
use crate::cli::Setting;
use crate::config::{self, Provider};
use crate::domain::text;
use crate::domain::ticket::Tone;
use crate::llm::prompt::Prompts;
use crate::llm::remote::{Endpoint, Kind, Remote, is_hosted, list_models};
use crate::llm::{Conversation, Entry, Form, LlmProvider as _, NOBODY, Task};

/// What can be chosen, with the variable that usually holds the key.
const CHOICES: [(&str, Kind, &str, &str); 5] = [
    ("OpenAI", Kind::OpenAi, "", "OPENAI_API_KEY"),
    ("OpenAI, Responses API", Kind::OpenAiResponses, "", "OPENAI_API_KEY"),
    ("Anthropic", Kind::Anthropic, "", "ANTHROPIC_API_KEY"),
    ("Ollama", Kind::Ollama, "", ""),
    ("llama.cpp, vLLM, or anything compatible with OpenAI", Kind::OpenAi, "http://127.0.0.1:8080/v1", ""),
];
/// Models that are listed.
const MOST_LISTED: usize = 12;

pub(crate) async fn run(setting: &Setting, file: Option<&Path>) -> color_eyre::Result<ExitCode> {
    let path = file.map(Path::to_path_buf).or_else(|| setting.places.config.clone());
    let path = path.ok_or_else(|| eyre!("there is no configuration directory: give --config"))?;
    let (kind, address, usual_key) = which()?;
    let address = ask("2. Its address", &address)?;
    let mut provider = Provider { kind, model: String::new(), address, ..Provider::default() };
    key(&mut provider, usual_key, &path)?;
    provider.model = model(setting, &provider).await?;
    let endpoint = models::endpoint(&setting.effective.config, &provider);
    let desk = setting.desk_name();
    let hosted = is_hosted(&endpoint.base);
    let question = if hosted {
        println!(
            "   {} is somebody else's machine. It would be sent tickets of the desk `{desk}`; names, mail",
            endpoint.base
        );
        println!("   addresses, phone, card and bank numbers are replaced by placeholders before they leave.");
        "5. Allow that, and make a test call now (one sentence, no ticket)? yes or no"
    } else {
        "5. Make a test call now (one sentence, no ticket)? yes or no"
    };
    let yes = ask(question, if hosted { "no" } else { "yes" })?.to_lowercase().starts_with('y');
    if yes && !works(endpoint).await {
        return Ok(ExitCode::FAILURE);
    }
    write(&path, &provider, (yes && hosted).then_some(desk.as_str()))?;
    config::load(Some(&path), None, std::env::vars(), &[])?;
    println!("Written to {}. `countersign` uses it from now on.", path.display());
    if hosted && !yes {
        println!("It is not used for the desk `{desk}` until that stands in `privacy.hosted_for`.");
    }
    Ok(ExitCode::SUCCESS)
}

fn which() -> color_eyre::Result<(Kind, String, &'static str)> {
    println!("1. Where is the model?");
    for (n, (name, ..)) in (1..).zip(CHOICES) {
        println!("   {n}  {name}");
    }
    let answer = ask("   A number", "4")?;
    let chosen = answer.parse::<usize>().ok().and_then(|n| CHOICES.get(n.checked_sub(1)?));
    let (_, kind, address, key) = chosen.ok_or_else(|| eyre!("there is no {}", text::short(&answer, 20)))?;
    let address = if address.is_empty() { kind.usual_address() } else { address };
    Ok((*kind, address.to_owned(), key))
}

/// The name of a variable, a file, a command, or the key itself: that goes into a file of its own.
fn key(provider: &mut Provider, usual: &str, config: &Path) -> color_eyre::Result<()> {
    println!(
        "3. Its key: the name of an environment variable, file:PATH, command:WORDS, or the key itself (not shown);"
    );
    let answer = secret(&format!("   empty for {}", if usual.is_empty() { "none" } else { usual }))?;
    let answer = if answer.is_empty() { usual.to_owned() } else { answer };
    let is_variable =
        !answer.is_empty() && answer.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if let Some(path) = answer.strip_prefix("file:") {
        provider.key_file = PathBuf::from(path.trim());
    } else if let Some(command) = answer.strip_prefix("command:") {
        provider.key_command = command.split_whitespace().map(str::to_owned).collect();
    } else if is_variable {
        provider.key_env = answer;
    } else if !answer.is_empty() {
        provider.key_file = keep(&answer, &config.with_file_name(format!("{}.key", provider.kind)))?;
        println!("   kept in {}, which only you can read", provider.key_file.display());
    }
    Ok(())
}

fn keep(key: &str, path: &Path) -> color_eyre::Result<PathBuf> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let cannot = || format!("cannot write {}", path.display());
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).wrap_err_with(cannot)?;
    }
    // A file that was there keeps its rights otherwise.
    if path.exists() {
        std::fs::remove_file(path).wrap_err_with(cannot)?;
    }
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).wrap_err_with(cannot)?;
    writeln!(file, "{key}").wrap_err_with(cannot)?;
    Ok(path.to_owned())
}

async fn model(setting: &Setting, provider: &Provider) -> color_eyre::Result<String> {
    let endpoint = models::endpoint(&setting.effective.config, provider);
    let known = match list_models(&endpoint).await {
        Ok(known) => known,
        Err(error) => {
            println!("   (its models cannot be listed: {})", text::line(&error.to_string()));
            Vec::new()
        }
    };
    for name in known.iter().take(MOST_LISTED) {
        println!("   · {}", text::short(name, 80));
    }
    if known.len() > MOST_LISTED {
        println!("   · and {} more", known.len() - MOST_LISTED);
    }
    let name = ask("4. Which model", known.first().map_or("", String::as_str))?;
    if name.is_empty() { Err(eyre!("a model needs a name")) } else { Ok(name) }
}

/// One sentence there and back.
async fn works(endpoint: Endpoint) -> bool {
    let ticket = "T-1".parse();
    let (Ok(ticket), Ok(remote)) = (ticket, Remote::new(endpoint)) else { return false };
    let task = Task { ticket, tone: Tone::Polite, resolve_confidence: 1.0, people: Vec::new() };
    let mut talk = Conversation::new(task, Prompts::default().suggest_response, Form::Text);
    talk.entries.push(Entry::Brief("This is a test. Answer with one short greeting.".to_owned()));
    let since = std::time::Instant::now();
    match remote.reply(&talk, NOBODY).await {
        Ok(reply) => {
            let words = text::short(&reply.text, 100);
            println!("   It answered in {:.1} s ({}): {words}", since.elapsed().as_secs_f64(), reply.usage);
            true
        }
        Err(error) => {
            println!("   It does not work: {}", text::line(&error.to_string()));
            println!("   Nothing was written.");
            false
        }
    }
}

fn ask(question: &str, usual: &str) -> color_eyre::Result<String> {
    let offered = if usual.is_empty() { String::new() } else { format!(" [{usual}]") };
    print!("{question}{offered}: ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let answer = answer.trim();
    Ok(if answer.is_empty() { usual.to_owned() } else { answer.to_owned() })
}

/// An answer that is not shown while it is typed.
fn secret(question: &str) -> color_eyre::Result<String> {
    if std::io::stdin().is_terminal() {
        Ok(rpassword::prompt_password(format!("{question}: "))?.trim().to_owned())
    } else {
        ask(question, "")
    }
}

/// Puts the model first in the file and leaves the rest as it is.
fn write(path: &Path, provider: &Provider, allow: Option<&str>) -> color_eyre::Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    let before = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).wrap_err_with(|| format!("cannot read {}", path.display())),
    };
    let mut file: DocumentMut = before.parse().wrap_err_with(|| format!("{} is not TOML", path.display()))?;
    let llm = file.entry("llm").or_insert_with(implicit).as_table_mut().ok_or_else(|| eyre!("`llm` is no section"))?;
    let old = llm.remove("provider").and_then(|item| item.into_array_of_tables().ok()).unwrap_or_default();
    let mut all = ArrayOfTables::new();
    all.push(table(provider));
    for table in old.iter().filter(|old| old.get("model").and_then(Item::as_str) != Some(provider.model.as_str())) {
        all.push(table.clone());
    }
    llm.insert("provider", Item::ArrayOfTables(all));
    if let Some(desk) = allow {
        let privacy = file.entry("privacy").or_insert_with(toml_edit::table);
        let allowed = privacy["hosted_for"].or_insert(value(Array::new()));
        let list = allowed.as_array_mut().ok_or_else(|| eyre!("`privacy.hosted_for` is no list"))?;
        if !list.iter().any(|known| known.as_str() == Some(desk)) {
            list.push(desk);
        }
    }
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        std::fs::create_dir_all(dir).wrap_err_with(cannot)?;
    }
    std::fs::write(path, file.to_string()).wrap_err_with(cannot)
}

fn implicit() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

fn table(provider: &Provider) -> Table {
    let Provider { kind, model, address, key_env, key_file, key_command, .. } = provider;
    let mut table = Table::new();
    table.insert("kind", value(kind.as_str()));
    table.insert("model", value(model));
    if address != kind.usual_address() {
        table.insert("address", value(address));
    }
    if !key_env.is_empty() {
        table.insert("key_env", value(key_env));
    } else if !key_file.as_os_str().is_empty() {
        table.insert("key_file", value(key_file.display().to_string()));
    } else if !key_command.is_empty() {
        table.insert("key_command", value(key_command.iter().collect::<Array>()));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::remote::Key;

    #[test]
    fn a_file_keeps_what_it_had_and_the_new_model_comes_first() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(
            &path,
            "# mine\n[person]\nname = \"Maya\"\n[[llm.provider]]\nkind = \"ollama\"\nmodel = \"old\"\n",
        )
        .unwrap();
        let kind = Kind::OpenAi;
        let provider = Provider { kind, model: "new".into(), key_env: "KEY".into(), ..Provider::default() };
        write(&path, &provider, Some("default")).unwrap();
        write(&path, &provider, Some("default")).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# mine\n[person]\nname = \"Maya\""), "{text}");
        let config = config::load(Some(&path), None, std::iter::empty(), &[]).unwrap().config;
        let models: Vec<_> = config.llm.provider.iter().map(|p| p.model.as_str()).collect();
        assert_eq!(models, ["new", "old"]);
        assert_eq!(config.privacy.hosted_for, ["default"]);
    }

    #[tokio::test]
    async fn a_pasted_key_is_kept_where_only_its_owner_can_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let kept = keep("sk-1", &dir.path().join("new/openai.key")).unwrap();
        assert!(Key::File(kept).read().await.unwrap().is_some());
    }
}
