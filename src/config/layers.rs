//! The layers: defaults, file, environment, flags; each value knows where it comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use crate::config::{Config, EXAMPLE, Own, check};
use crate::domain::database::DatabaseUrl;
use crate::domain::text;

const ENVIRONMENT: &str = "COUNTERSIGN_";

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A line of the file is wrong.
    #[error("{path}, line {line}: {reason}")]
    Line {
        /// The file.
        path: String,
        /// From 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A value from elsewhere is wrong.
    #[error("{origin}: {reason}")]
    Value {
        /// Where it comes from.
        origin: String,
        /// What is wrong.
        reason: String,
    },
}

/// A configuration with the origin of each value.
#[derive(Clone, Debug)]
pub struct Effective {
    /// What is in force.
    pub config: Config,
    own: Vec<Own>,
    values: BTreeMap<String, (Value, String)>,
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, (value, origin)) in &self.values {
            let setting = match key.as_str() {
                "desk.database" => format!("{key} = {:?}", DatabaseUrl::from(value.as_str().unwrap_or("").to_owned())),
                _ => format!("{key} = {value}"),
            };
            writeln!(f, "{setting:<48} # {}", text::line(origin))?;
        }
        for own in &self.own {
            writeln!(f, "{:<48} # {}", text::line(&own.to_string()), text::line(&own.origin))?;
        }
        Ok(())
    }
}

impl Effective {
    /// The lines of the tables whose names are the reader's own, below `table`: `keys`, `screen.colors`.
    pub fn own(&self, table: &str) -> impl Iterator<Item = &Own> {
        let names: Vec<String> = table.split('.').map(str::to_owned).collect();
        self.own.iter().filter(move |own| own.path.starts_with(&names))
    }
}

/// Puts the configuration together: `file` must exist when it is given, else the usual one is read if it is there.
///
/// # Errors
/// When a file cannot be read, or a key or value is not known.
pub fn load(
    file: Option<&Path>,
    usual: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
    flags: &[(&str, String)],
) -> Result<Effective, ConfigError> {
    let mut layers = Layers::defaults()?;
    if let Some(path) = file.or_else(|| usual.filter(|path| path.exists())) {
        layers.file(path)?;
    }
    for (name, value) in environment {
        if let Some(key) = name.strip_prefix(ENVIRONMENT) {
            layers.environment(&name, key, &value)?;
        }
    }
    for (key, value) in flags {
        layers.text(key, value, "flag")?;
    }
    layers.finish()
}

struct Layers {
    own: Vec<Own>,
    values: BTreeMap<String, (Value, String)>,
}

impl Layers {
    fn defaults() -> Result<Self, ConfigError> {
        let table: Table = EXAMPLE.parse().map_err(|e: toml::de::Error| ConfigError::Value {
            origin: "config.example.toml".to_owned(),
            reason: e.to_string(),
        })?;
        let mut values = BTreeMap::new();
        for (section, keys) in table {
            let Value::Table(keys) = keys else { continue };
            for (key, value) in keys {
                values.insert(format!("{section}.{key}"), (value, "default".to_owned()));
            }
        }
        Ok(Self { own: Vec::new(), values })
    }

    fn file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let shown = text::line(&path.to_string_lossy()).into_owned();
        let text = std::fs::read_to_string(path)
            .map_err(|e| ConfigError::Unreadable { path: shown.clone(), reason: e.to_string() })?;
        let line = |start: usize| text[..start.min(text.len())].matches('\n').count() + 1;
        let at = |start: usize, reason: String| ConfigError::Line { path: shown.clone(), line: line(start), reason };
        let table =
            DeTable::parse(&text).map_err(|e| at(e.span().map_or(0, |span| span.start), e.message().to_owned()))?;
        for (section, keys) in table.get_ref() {
            let name = section.get_ref();
            let DeValue::Table(keys) = keys.get_ref() else {
                return Err(at(section.span().start, format!("`{}` is not a section", text::line(name))));
            };
            for (key, value) in keys {
                let full = format!("{name}.{}", key.get_ref());
                if Own::is_table(&full) {
                    let place = |byte: usize| format!("{shown}, line {}", line(byte));
                    let lines = Own::lines(&full, value.get_ref(), key.span().start, place);
                    self.own.extend(lines.map_err(|(byte, reason)| at(byte, reason))?);
                    continue;
                }
                let own: Value = plain(&text[value.span()], value.get_ref())
                    .map_err(|reason| at(value.span().start, format!("`{full}`: {reason}")))?;
                self.set(&full, own, shown.clone()).map_err(|reason| at(key.span().start, reason))?;
            }
        }
        Ok(())
    }

    /// `PERSON_NAME` is `person.name`: the section ends at the first underscore. Variables of other meaning stay unread.
    fn environment(&mut self, variable: &str, key: &str, value: &str) -> Result<(), ConfigError> {
        let Some((section, key)) = key.split_once('_') else { return Ok(()) };
        let full = format!("{}.{}", section.to_ascii_lowercase(), key.to_ascii_lowercase());
        self.text(&full, value, variable)
    }

    /// A value given as text takes the type of the default.
    fn text(&mut self, key: &str, value: &str, origin: &str) -> Result<(), ConfigError> {
        let wrong = |reason: String| ConfigError::Value { origin: origin.to_owned(), reason };
        let typed = match self.values.get(key) {
            Some((Value::String(_), _)) | None => Value::String(value.to_owned()),
            Some(_) => toml::from_str::<Table>(&format!("v = {value}"))
                .ok()
                .and_then(|mut table| table.remove("v"))
                .ok_or_else(|| wrong(format!("`{}` is not a value of {key}", text::short(value, 60))))?,
        };
        self.set(key, typed, origin.to_owned()).map_err(wrong)
    }

    fn set(&mut self, key: &str, value: Value, origin: String) -> Result<(), String> {
        let known = self.values.get_mut(key).ok_or_else(|| format!("there is no setting `{}`", text::line(key)))?;
        let value = fitting(&known.0, value, key)?;
        if known.0.type_str() != value.type_str() {
            return Err(format!("`{key}` is a {}, not a {}", known.0.type_str(), value.type_str()));
        }
        *known = (value, origin);
        Ok(())
    }

    fn finish(self) -> Result<Effective, ConfigError> {
        let mut table = Table::new();
        for (key, (value, _)) in &self.values {
            let Some((section, key)) = key.split_once('.') else { continue };
            let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(keys) = section {
                keys.insert(key.to_owned(), value.clone());
            }
        }
        let mut config: Config = table.try_into().map_err(|e: toml::de::Error| self.blame(&e))?;
        check(&config)?;
        config.policy.withheld.clone_from(&config.access.fields);
        Ok(Effective { config, own: self.own, values: self.values })
    }

    /// Finds which value an error is about, so that the message can say where it comes from.
    fn blame(&self, error: &toml::de::Error) -> ConfigError {
        let reason = error.message().to_owned();
        let culprit = self.values.iter().find(|(_, (value, _))| {
            value.as_str().is_some_and(|word| !word.is_empty() && reason.contains(&format!("`{word}`")))
        });
        let origin = culprit.map_or("configuration".to_owned(), |(key, (_, origin))| format!("{origin}, {key}"));
        ConfigError::Value { origin, reason }
    }
}

/// A value as the setting in its place has it: a whole number for one with a fraction, and of a table what it does not
/// name as it was. A table without a name of its own in it takes any.
fn fitting(known: &Value, value: Value, key: &str) -> Result<Value, String> {
    match (known, value) {
        #[allow(clippy::cast_precision_loss)] // nobody writes such a number into a configuration
        (Value::Float(_), Value::Integer(n)) => Ok(Value::Float(n as f64)),
        (Value::Table(known), Value::Table(given)) if !known.is_empty() => {
            let mut whole = known.clone();
            for (name, value) in given {
                let full = format!("{key}.{name}");
                let known = known.get(&name).ok_or_else(|| format!("there is no setting `{}`", text::line(&full)))?;
                let value = fitting(known, value, &full)?;
                if known.type_str() != value.type_str() {
                    return Err(format!("`{full}` is a {}, not a {}", known.type_str(), value.type_str()));
                }
                whole.insert(name, value);
            }
            Ok(Value::Table(whole))
        }
        (_, value) => Ok(value),
    }
}

/// A value of the file without its places: read again from its own text, or from its parts when it is a table.
pub(crate) fn plain(text: &str, value: &DeValue<'_>) -> Result<Value, String> {
    match value {
        DeValue::Array(items) => {
            items.iter().map(|item| plain("", item.get_ref())).collect::<Result<_, _>>().map(Value::Array)
        }
        DeValue::Table(table) => {
            let pairs = table.iter().map(|(k, v)| plain("", v.get_ref()).map(|v| (k.get_ref().to_string(), v)));
            pairs.collect::<Result<_, _>>().map(Value::Table)
        }
        DeValue::String(s) => Ok(Value::String(s.to_string())),
        DeValue::Boolean(b) => Ok(Value::Boolean(*b)),
        DeValue::Integer(i) => {
            i.to_string().parse().map(Value::Integer).map_err(|e: std::num::ParseIntError| e.to_string())
        }
        DeValue::Float(x) => {
            x.to_string().parse().map(Value::Float).map_err(|e: std::num::ParseFloatError| e.to_string())
        }
        DeValue::Datetime(_) => Err(format!("a time has no meaning here: {text}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::Policy;

    fn from(text: &str, environment: &[(&str, &str)]) -> Result<Effective, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        load(Some(&path), None, environment, &[])
    }

    #[test]
    fn the_example_is_the_defaults() {
        let effective = from("", &[]).unwrap();
        assert_eq!(effective.config.policy, Policy::default());
        assert!(effective.values.values().all(|(_, origin)| origin == "default"));
    }

    #[test]
    fn later_layers_win_and_say_where_they_come_from() {
        let effective = from(
            "[policy]\nresolve_confidence = 1\n[person]\nname = \"Maya\"\n",
            &[("COUNTERSIGN_PERSON_NAME", "Tom"), ("HOME", "/x")],
        )
        .unwrap();
        assert_eq!(effective.config.person.name, "Tom");
        assert!((effective.config.policy.resolve_confidence - 1.0).abs() < f64::EPSILON);
        assert!(effective.to_string().contains("# COUNTERSIGN_PERSON_NAME"));
    }

    #[test]
    fn a_wrong_key_or_value_names_its_line() {
        for (text, expect) in [
            ("\n[policy]\nconfidence = 1\n", "line 3: there is no setting `policy.confidence`"),
            ("[person]\nname = 5\n", "line 2: `person.name` is a string, not a integer"),
            ("[person\n", "line 1"),
            ("x = 1\n", "line 1: `x` is not a section"),
            ("[person]\nrole = \"boss\"\n", "person.role: unknown variant `boss`"),
            ("[policy]\nresolve_confidence = 2.0\n", "must be from 0 to 1"),
            ("[[policy.rule]]\nstatus = \"gone\"\n", "gone"),
            ("[serve.tls]\ncertficate = \"x\"\n", "line 1: there is no setting `serve.tls.certficate`"),
            ("[access.issuer]\nleeway_seconds = \"x\"\n", "`access.issuer.leeway_seconds` is a integer, not a string"),
            ("[access.issuer.roles]\nx = \"boss\"\n", "unknown variant `boss`"),
            ("[access.fields]\nagent = [\"message.internal\"]\n", "cannot be withheld from agent"),
            ("[access.fields]\nadmin = []\n", "admin"),
            ("[access.fields]\nviewer = [\"customer.phone\"]\n", "customer.phone"),
        ] {
            let error = from(text, &[]).unwrap_err().to_string();
            assert!(error.contains(expect), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_database_s_password_is_not_printed() {
        let environment = [("COUNTERSIGN_DESK_DATABASE", "postgres://maya:s3cret@db/desk")];
        let effective = from("", &environment).unwrap();
        assert_eq!(effective.config.desk.database.secret(), "postgres://maya:s3cret@db/desk");
        let shown = format!("{effective} {:?}", effective.config);
        assert!(shown.contains("postgres://maya@db/desk") && !shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn of_a_table_what_is_not_named_stays() {
        let text = "[serve.tls]\ncertificate = \"a\"\n[access.issuer]\nurl = \"https://a\"\n\
                    [access.issuer.roles]\n\"Desk Agents\" = \"agent\"\n";
        let config = from(text, &[]).unwrap().config;
        assert_eq!(
            (config.serve.tls.certificate.to_str(), config.serve.tls.require_client_certificate),
            (Some("a"), false)
        );
        assert_eq!(
            (config.access.issuer.url.as_str(), config.access.issuer.handle_claim.as_str()),
            ("https://a", "sub")
        );
        assert_eq!(config.access.issuer.roles.len(), 1);
    }

    #[test]
    fn what_is_withheld_is_part_of_the_policy() {
        let effective = from("[access.fields]\nviewer = [\"customer.notes\"]\n", &[]).unwrap();
        assert_eq!(effective.config.policy.withheld.viewer.len(), 1);
        assert!(effective.config.policy.withheld.bot.is_empty());
    }

    #[test]
    fn rules_are_read() {
        let rule = "[[policy.rule]]\nstatus = \"closed\"\nrole = \"supervisor\"\nsecond_person = true\n";
        assert_eq!(from(rule, &[]).unwrap().config.policy.rules.len(), 1);
    }
}
