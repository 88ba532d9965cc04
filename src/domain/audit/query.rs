//! Which records of the log are looked at, as a person writes it: `tool:send_reply who:maya since:2h`.

use std::fmt;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Serialize};

/// The names that a filter may use, with what they mean.
pub const NAMES: [(&str, &str); 7] = [
    ("ticket", "the ticket: T-1042"),
    ("tool", "the tool, or how its name begins"),
    ("who", "the person or program, or how the name begins"),
    ("what", "read, prepared, proposed, approved, denied, edited, executed, …"),
    ("run", "the run or sitting"),
    ("since", "30m, 2h, 3d, 2026-11-23 or a time"),
    ("until", "the same"),
];

/// A filter; what is left out matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogQuery {
    /// The ticket.
    pub ticket: Option<String>,
    /// How the tool's name begins.
    pub tool: Option<String>,
    /// How the actor's name begins.
    pub who: Option<String>,
    /// What was done.
    pub what: Option<String>,
    /// The run.
    pub run: Option<String>,
    /// From then on.
    pub since: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
    /// Each of these stands in one of the columns; lower case.
    pub words: Vec<String>,
}

/// A filter that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadQuery(String);

impl LogQuery {
    /// Reads a filter; `now` is what `since:2h` counts from, and its time zone is that of a date.
    ///
    /// # Errors
    /// When a name is not known, or a time cannot be read.
    pub fn parse(text: &str, now: &Zoned) -> Result<Self, BadQuery> {
        let mut query = Self::default();
        for word in text.split_whitespace() {
            let Some((name, value)) = word.split_once(':').filter(|(_, value)| !value.is_empty()) else {
                query.words.push(word.trim_end_matches(':').to_lowercase());
                continue;
            };
            let text = Some(value.to_owned());
            match name {
                "ticket" => query.ticket = Some(value.to_uppercase()),
                "tool" => query.tool = text,
                "who" => query.who = text,
                "what" => query.what = text,
                "run" => query.run = text,
                "since" => query.since = Some(time(value, now)?),
                "until" => query.until = Some(time(value, now)?),
                _ => return Err(unknown(name)),
            }
        }
        Ok(query)
    }
}

fn unknown(name: &str) -> BadQuery {
    let known: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
    BadQuery(format!("{name:?} is not a column; there are {}", known.join(", ")))
}

fn time(value: &str, now: &Zoned) -> Result<Timestamp, BadQuery> {
    let words = || format!("{value:?} is no time: write 30m, 2h, 3d, 2026-11-23 or 2026-11-23T09:00:00Z");
    moment(value, now).ok_or_else(|| BadQuery(words()))
}

/// `30m`, `2h`, `3d` before now; a date; a time.
fn moment(value: &str, now: &Zoned) -> Option<Timestamp> {
    if let Ok(date) = value.parse::<Date>()
        && !value.contains(['T', 't', ' '])
    {
        return Some(date.to_zoned(now.time_zone().clone()).ok()?.timestamp());
    }
    if let Ok(at) = value.parse() {
        return Some(at);
    }
    let unit = value.chars().next_back()?;
    let number: i64 = value[..value.len() - unit.len_utf8()].parse().ok()?;
    let seconds = match unit {
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    now.timestamp().checked_sub(SignedDuration::from_secs(number.saturating_mul(seconds))).ok()
}

impl fmt::Display for LogQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ticket, tool, who, what, run, since, until, words } = self;
        let texts = [("ticket", ticket), ("tool", tool), ("who", who), ("what", what), ("run", run)];
        let times = [("since", since), ("until", until)];
        let texts = texts.into_iter().filter_map(|(name, value)| Some(format!("{name}:{}", value.as_ref()?)));
        let times = times.into_iter().filter_map(|(name, value)| Some(format!("{name}:{}", value.as_ref()?)));
        let all: Vec<String> = texts.chain(times).chain(words.iter().cloned()).collect();
        f.write_str(&all.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::{TimeZone, offset};

    use super::*;

    fn now() -> Zoned {
        "2026-11-23T12:00:00Z".parse::<Timestamp>().unwrap().to_zoned(TimeZone::UTC)
    }

    #[test]
    fn a_filter_is_read_as_a_person_writes_it() {
        let query = LogQuery::parse("ticket:t-7 tool:send who:maya what:denied since:2h Refund", &now()).unwrap();
        assert_eq!(query.ticket.as_deref(), Some("T-7"));
        assert_eq!(query.since, Some("2026-11-23T10:00:00Z".parse().unwrap()));
        assert_eq!(query.words, ["refund"]);
        assert_eq!(query.to_string(), "ticket:T-7 tool:send who:maya what:denied since:2026-11-23T10:00:00Z refund");
        assert_eq!(LogQuery::parse("  ", &now()).unwrap(), LogQuery::default());
    }

    #[test]
    fn times_are_spans_dates_and_moments() {
        let since = |text: &str| LogQuery::parse(&format!("since:{text}"), &now()).map(|query| query.since.unwrap());
        for (text, expect) in [
            ("30m", "2026-11-23T11:30:00Z"),
            ("3d", "2026-11-20T12:00:00Z"),
            ("2026-11-01", "2026-11-01T00:00:00Z"),
            ("2026-11-01T05:06:07Z", "2026-11-01T05:06:07Z"),
        ] {
            assert_eq!(since(text), Ok(expect.parse().unwrap()), "{text}");
        }
        for text in ["soon", "2", "2y", "-", "h", "99999999999999999999d", "9223372036854775807d", "2026-13-01", "é"] {
            assert!(since(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_date_is_one_of_the_place_where_it_is_written() {
        let in_tokyo = now().timestamp().to_zoned(TimeZone::fixed(offset(9)));
        let query = LogQuery::parse("since:2026-11-01 until:2026-11-01T05:06:07Z", &in_tokyo).unwrap();
        assert_eq!(query.since, Some("2026-10-31T15:00:00Z".parse().unwrap()));
        assert_eq!(query.until, Some("2026-11-01T05:06:07Z".parse().unwrap()));
    }

    #[test]
    fn an_unknown_column_is_named_and_half_a_word_is_a_word() {
        let error = LogQuery::parse("tol:x", &now()).unwrap_err().to_string();
        assert!(error.contains("\"tol\"") && error.contains("ticket, tool, who"), "{error}");
        assert_eq!(LogQuery::parse("tool:", &now()).unwrap().words, ["tool"]);
    }
}
