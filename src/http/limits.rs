//! What the door bears: how many requests at a time, how many a minute from one caller, under which names, from which
//! pages.

use std::num::NonZero;
use std::sync::Arc;

use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::ids::PrincipalId;
use crate::http::problem::Problem;

/// This machine's own names.
pub const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What is borne, as the operator says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Requests under way at a time.
    pub most_at_once: usize,
    /// Requests a minute from one caller; 0 for as many as come.
    pub requests_per_minute: u32,
    /// Names that a request may be addressed to, beside this machine's own.
    pub hosts: Vec<String>,
    /// Pages, by scheme, host and port, whose scripts may ask.
    pub origins: Vec<String>,
}

/// The bounds, and what is under way.
pub struct Limits {
    places: Arc<Semaphore>,
    rates: Option<DefaultKeyedRateLimiter<PrincipalId>>,
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl Limits {
    /// Nothing is under way yet.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        let rates = NonZero::new(bounds.requests_per_minute).map(|n| RateLimiter::keyed(Quota::per_minute(n)));
        let own = LOOPBACK.iter().map(|name| (*name).to_owned());
        let hosts = own.chain(bounds.hosts.into_iter().map(|name| name.to_ascii_lowercase())).collect();
        let places = Semaphore::new(bounds.most_at_once.clamp(1, Semaphore::MAX_PERMITS));
        Self { places: Arc::new(places), rates, hosts, origins: bounds.origins }
    }

    /// A place for one request, for as long as it is under way.
    pub(crate) fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_full| Problem::unavailable("too many requests at a time"))
    }

    /// Counts a request of somebody.
    pub(crate) fn count(&self, who: &PrincipalId) -> Result<(), Problem> {
        let Some(rates) = &self.rates else { return Ok(()) };
        rates.check_key(who).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
            let detail = format!("too many requests a minute; again in {seconds} s");
            let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "/problems/too-many", &detail);
            Problem { retry_after: Some(seconds), ..problem }
        })
    }

    /// Refuses a request that is addressed to a name that is not ours: a page elsewhere cannot reach the desk through a
    /// name of its own then. A target that names a host itself (`GET http://host/`) is addressed to that one.
    pub(crate) fn check_host(&self, headers: &HeaderMap, target: Option<&Authority>) -> Result<(), Problem> {
        let mut given = headers.get_all(HOST).iter().map(|host| host.to_str().unwrap_or_default());
        let (first, None) = (given.next().unwrap_or_default(), given.next()) else {
            return Err(Problem::unreadable("there is more than one Host"));
        };
        let named = first.parse::<Authority>().ok();
        let name = target.or(named.as_ref()).map(|host| host.host().trim_start_matches('[').trim_end_matches(']'));
        if name.is_some_and(|name| self.hosts.iter().any(|host| host.eq_ignore_ascii_case(name))) {
            return Ok(());
        }
        Err(Problem::forbidden("the request is addressed to a name that is not this desk's (--allowed-host)"))
    }

    /// The page whose script asks, where it may: the desk's own, or a configured one.
    pub(crate) fn check_origin(&self, headers: &HeaderMap) -> Result<Page, Problem> {
        let Some(origin) = headers.get(ORIGIN) else { return Ok(Page::None) };
        let text = origin.to_str().unwrap_or_default();
        if self.origins.iter().any(|known| known.eq_ignore_ascii_case(text)) {
            return Ok(Page::Elsewhere(origin.clone()));
        }
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let own = text.split_once("://").is_some_and(|(_, rest)| !host.is_empty() && rest.eq_ignore_ascii_case(host));
        if own { Ok(Page::Own) } else { Err(Problem::forbidden("scripts of this page may not ask (allowed_origins)")) }
    }
}

/// The page whose script asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// No page.
    None,
    /// One of the desk's own.
    Own,
    /// One that the operator allows.
    Elsewhere(HeaderValue),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(most_at_once: usize, requests_per_minute: u32) -> Limits {
        let (hosts, origins) = (vec!["Desk.example".to_owned()], vec!["https://tools.example".to_owned()]);
        Limits::new(Bounds { most_at_once, requests_per_minute, hosts, origins })
    }

    fn headers(pairs: &[(axum::http::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::try_from(*value).unwrap())).collect()
    }

    #[test]
    fn only_names_of_this_desk_are_answered() {
        let limits = limits(1, 0);
        for host in ["localhost", "localhost:8425", "127.0.0.1:1", "[::1]:8425", "desk.example", "DESK.EXAMPLE:443"] {
            assert!(limits.check_host(&headers(&[(HOST, host)]), None).is_ok(), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "", "desk.example.", "a b", "desk.example@evil.example"]
        {
            assert_eq!(limits.check_host(&headers(&[(HOST, host)]), None).unwrap_err().status, 403, "{host}");
        }
        assert!(limits.check_host(&HeaderMap::new(), None).is_err());
        let ours = headers(&[(HOST, "localhost")]);
        let target: Authority = "evil.example".parse().unwrap();
        assert_eq!(limits.check_host(&ours, Some(&target)).unwrap_err().status, 403);
        let mut both = ours.clone();
        both.append(HOST, "evil.example".parse().unwrap());
        assert_eq!(limits.check_host(&both, None).unwrap_err().status, 400);
    }

    #[test]
    fn a_page_asks_when_it_is_the_desks_own_or_configured() {
        let limits = limits(1, 0);
        let origin = |origin: &str| limits.check_origin(&headers(&[(HOST, "localhost:8425"), (ORIGIN, origin)]));
        assert_eq!(origin("http://localhost:8425").unwrap(), Page::Own);
        assert!(matches!(origin("https://tools.example").unwrap(), Page::Elsewhere(_)));
        for other in ["null", "https://evil.example", "http://localhost:9", "https://tools.example.evil"] {
            assert_eq!(origin(other).unwrap_err().status, 403, "{other}");
        }
        assert_eq!(limits.check_origin(&HeaderMap::new()).unwrap(), Page::None);
    }

    #[test]
    fn what_is_too_much_is_told_when_to_come_again() {
        let limits = limits(1, 2);
        let (maya, tom) = ("maya".parse().unwrap(), "tom".parse().unwrap());
        assert!(limits.count(&maya).is_ok() && limits.count(&maya).is_ok());
        let no = limits.count(&maya).unwrap_err();
        assert_eq!(no.status, 429);
        assert!((1..=31).contains(&no.retry_after.unwrap()), "{no:?}");
        assert!(limits.count(&tom).is_ok());

        let place = limits.place().unwrap();
        let no = limits.place().unwrap_err();
        assert_eq!((no.status, no.retry_after), (503, Some(1)));
        drop(place);
        assert!(limits.place().is_ok());
    }
}
