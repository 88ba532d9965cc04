//! What a provider's "no" means. Its own words are not repeated: they may hold the key or the customer's text.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::Response;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use crate::llm::LlmError;
use crate::llm::remote::endpoint::Endpoint;

/// How much of an error is read.
const MOST_BYTES: usize = 16 * 1024;
/// How providers say that they were sent too much.
const TOO_LONG: &[&str] = &[
    "context_length",
    "context length",
    "context_window",
    "context window",
    "context size",
    "maximum context",
    "too long",
];
/// The status that an error inside an answer would have had as an answer of its own; the first row that fits counts.
const STATUSES: &[(u16, &[&str])] = &[
    (401, &["authentication_", "invalid_api_key", "invalid api key", "unauthorized"]),
    (402, &["insufficient_quota", "billing_", "credit balance"]),
    (403, &["permission_", "insufficient_permissions", "forbidden"]),
    (404, &["not_found", "not found", "does not exist"]),
    (413, &["request_too_large"]),
    (429, &["rate_limit", "rate limit", "too many requests"]),
    (503, &["unavailable", "server busy"]),
    (504, &["timeout", "timed out", "took too long"]),
    (529, &["overloaded"]),
    (500, &["server_error", "api_error", "internal_error", "internal server error"]),
    (400, TOO_LONG),
    (400, &["invalid_", "bad_request", "bad request"]),
];

/// An answer that is not 200.
pub(crate) async fn refused(endpoint: &Endpoint, response: Response) -> LlmError {
    let status = response.status().as_u16();
    let after = retry_after(response.headers(), Timestamp::now());
    let body = beginning(response).await;
    told(&endpoint.name, status, &Words::of(body.get("error").unwrap_or(&body)), after)
}

/// Whether an answer with this status may have cost something: 501, 503 and 529 say that the work was not begun.
pub(crate) fn may_cost(status: u16) -> bool {
    matches!(status, 200 | 500..=599) && !matches!(status, 501 | 503 | 529)
}

/// A connection that could not be made or has broken.
pub(crate) fn broken(endpoint: &Endpoint, error: &reqwest::Error) -> LlmError {
    let name = &endpoint.name;
    if error.is_builder() {
        let what = format!("the address of {name} cannot be used");
        return LlmError::Setup { what, way_out: "it must look like http://127.0.0.1:8080/v1" };
    }
    let how = if error.is_timeout() {
        "sent nothing for too long"
    } else if error.is_connect() {
        "cannot be reached"
    } else {
        "broke off in mid-answer"
    };
    LlmError::passing(format!("{name} {how}"))
}

/// An error that came inside an answer, as streams bring them: told like the same error as an HTTP status.
pub(crate) fn inside(name: &str, error: &Value) -> LlmError {
    let words = Words::of(error);
    match words.status() {
        Some(status) => told(name, status, &words, None),
        None => LlmError::passing(format!("{name} broke off ({})", words.code)),
    }
}

fn told(name: &str, status: u16, words: &Words, after: Option<Duration>) -> LlmError {
    let setup = |what: String, way_out| LlmError::Setup { what, way_out };
    match status {
        // Anthropic has no code of its own for this.
        400 | 403 if words.have(&["credit balance"]) => {
            setup(no_credit(name), "add credit with the provider, or take another model")
        }
        401 | 403 => setup(format!("{name} refused the key ({status})"), "set another key, or run `countersign setup`"),
        402 => setup(no_credit(name), "add credit with the provider, or take another model"),
        429 if words.have(&["insufficient_quota", "billing"]) => {
            setup(no_credit(name), "add credit with the provider, or take another model")
        }
        413 => LlmError::TooLong(name.to_owned()),
        400 | 422 if words.have(TOO_LONG) => LlmError::TooLong(name.to_owned()),
        404 => setup(
            format!("{name}: there is no such model, or no such address"),
            "look at `model` and `address`, or run `countersign setup`",
        ),
        400 if words.have(&["model_not_found", "model not found", "does not exist"]) => {
            setup(format!("{name}: there is no such model"), "look at `model`, or run `countersign setup`")
        }
        300..=399 => setup(
            format!("{name}: the address sends us elsewhere ({status})"),
            "write the final address down as `address`",
        ),
        408 | 409 | 425 | 429 | 500..=599 => {
            LlmError::Unavailable { what: format!("{name} is busy or down ({status})"), after }
        }
        _ => setup(
            format!("{name} refused the request ({status}, {})", words.code),
            "try `countersign setup`: it makes a test call",
        ),
    }
}

fn no_credit(name: &str) -> String {
    format!("{name}: the account has no credit left")
}

/// Seconds, or milliseconds where they are given, or the time to a date from the provider's own `Date`, since its clock
/// and ours may differ (from `now` where it says none); never less than nothing.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |name: &str| text(name)?.parse::<f64>().ok().filter(|n| *n >= 0.0);
    let date = |name: &str| DateTimeParser::new().parse_timestamp(text(name)?).ok();
    let millis = number("retry-after-ms").map(|ms| ms / 1000.0);
    let seconds = millis.or_else(|| number(RETRY_AFTER.as_str()));
    let now = date(DATE.as_str()).unwrap_or(now);
    let until = || date(RETRY_AFTER.as_str()).map(|at| at.duration_since(now).as_secs_f64().max(0.0));
    Some(Duration::from_secs_f64(seconds.or_else(until)?.min(86_400.0)))
}

async fn beginning(mut response: Response) -> Value {
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MOST_BYTES {
            break;
        }
    }
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// What an error says: searched, never shown, but for its code.
struct Words {
    /// Code and type, where there are any.
    codes: String,
    message: String,
    /// The code as it is shown.
    code: String,
    /// A code that is an HTTP status.
    number: Option<u16>,
}

impl Words {
    fn of(error: &Value) -> Self {
        let field = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_code =
            |word: &&str| (1..=40).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let code = [field("code"), field("type")].into_iter().find(is_code).unwrap_or("no code given");
        let number = error.get("code").and_then(Value::as_u64).and_then(|n| u16::try_from(n).ok());
        Self {
            codes: format!("{} {}", field("code"), field("type")).to_lowercase(),
            message: error.as_str().unwrap_or_else(|| field("message")).to_lowercase(),
            code: code.to_owned(),
            number: number.or_else(|| field("code").parse().ok()).filter(|n| (400..=599).contains(n)),
        }
    }

    fn have(&self, any: &[&str]) -> bool {
        any.iter().any(|word| self.codes.contains(word) || self.message.contains(word))
    }

    /// By its code; where that says nothing, by its message.
    fn status(&self) -> Option<u16> {
        let fits = |text: &str, row: &[&str]| row.iter().any(|word| text.contains(word));
        let row = |text: &str| STATUSES.iter().find(|(_, row)| fits(text, row)).map(|(status, _)| *status);
        self.number.or_else(|| row(&self.codes)).or_else(|| row(&self.message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(name: &'static str, value: &str, expect: Option<f64>) {
        let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
        let now = "1994-11-06T08:49:07Z".parse().unwrap();
        assert_eq!(retry_after(&headers, now).map(|d| d.as_secs_f64()), expect, "{name}: {value}");
    }

    #[test]
    fn a_pause_is_given_in_seconds_in_milliseconds_or_as_a_date() {
        check("retry-after", "7", Some(7.0));
        check("retry-after-ms", "1500", Some(1.5));
        check("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT", Some(30.0));
        check("retry-after", "Sun, 06 Nov 1994 08:48:00 GMT", Some(0.0));
        check("retry-after", "Fri, 01 Jan 9999 00:00:00 GMT", Some(86_400.0));
        check("retry-after", "99999999", Some(86_400.0));
        for nonsense in ["-1", "soon", "Mon, 06 Nov 1994 08:49:37 GMT", "06 Nov", ""] {
            check("retry-after", nonsense, None);
        }
    }

    #[test]
    fn a_date_is_read_by_the_clock_that_wrote_it() {
        let header = |name: &str, value: &str| (name.parse().unwrap(), value.parse().unwrap());
        let headers = HeaderMap::from_iter([
            header("date", "Sun, 06 Nov 1994 11:49:07 GMT"),
            header("retry-after", "Sun, 06 Nov 1994 11:49:37 GMT"),
        ]);
        let now = "1994-11-06T08:49:07Z".parse().unwrap();
        assert_eq!(retry_after(&headers, now), Some(Duration::from_secs(30)), "three hours ahead of us");
    }

    #[test]
    fn an_error_inside_an_answer_has_the_status_that_it_would_have_had() {
        for (error, status) in [
            (json!({"type": "invalid_request_error", "code": "invalid_api_key", "message": "x"}), Some(401)),
            (json!({"type": "insufficient_quota", "code": "insufficient_quota"}), Some(402)),
            (json!({"type": "permission_error"}), Some(403)),
            (json!({"type": "invalid_request_error", "code": "model_not_found"}), Some(404)),
            (json!({"type": "requests", "code": "rate_limit_exceeded"}), Some(429)),
            (json!({"type": "overloaded_error", "message": "model not found"}), Some(529)),
            (json!({"code": "server_error", "message": "it is too long"}), Some(500)),
            (json!({"code": 502, "message": "bad request upstream"}), Some(502)),
            (json!({"code": "429"}), Some(429)),
            (json!("model 'x' not found"), Some(404)),
            (json!("the request took too long"), Some(504)),
            (json!("input length exceeds the context length"), Some(400)),
            (json!("unexpected EOF"), None),
            (json!({"code": 7, "type": "x"}), None),
            (json!(null), None),
        ] {
            assert_eq!(Words::of(&error).status(), status, "{error}");
        }
    }
}
