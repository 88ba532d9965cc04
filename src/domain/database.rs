//! Where a desk's database is: a URL with a secret in it, which nobody gets to see.

use std::fmt;

use serde::Deserialize;
use url::Url;

/// The URL of a database; empty for none. Shown without its password, wherever it is shown.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The whole URL, for whoever connects.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// Whether a text is meant as the URL of a database.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }

    /// The same with a password, where it has none of its own.
    #[must_use]
    pub fn with_password(&self, password: &str) -> Self {
        let Ok(mut url) = Url::parse(&self.0) else { return self.clone() };
        if url.password().is_some() || url.set_password(Some(password)).is_err() {
            return self.clone();
        }
        Self(url.into())
    }
}

impl From<String> for DatabaseUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

/// Without the password, and without whatever else may be one.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return Ok(());
        }
        let Ok(mut url) = Url::parse(&self.0) else { return f.write_str("the database") };
        // A URL that can have no password has none to show.
        let _ = url.set_password(None);
        url.set_query(None);
        url.set_fragment(None);
        f.write_str(&crate::domain::text::line(url.as_str()))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for text in [
            "postgres://maya:s3cret@db.example.com:5433/desk",
            "postgres://maya:s3cret@db/desk?sslmode=require&password=s3cret#s3cret",
            "postgres://maya:s3cret@db.example.com:notaport/desk",
            "s3cret",
        ] {
            let url = DatabaseUrl::from(text.to_owned());
            assert!(!format!("{url} {url:?}").contains("s3cret"), "{text}");
        }
        let url = DatabaseUrl::from("postgres://maya:x@db:5433/desk?a=b".to_owned());
        assert_eq!(url.to_string(), "postgres://maya@db:5433/desk");
        assert_eq!(DatabaseUrl::default().to_string(), "");
    }

    #[test]
    fn a_password_from_elsewhere_does_not_replace_its_own() {
        let bare = DatabaseUrl::from("postgres://maya@db/desk".to_owned());
        assert_eq!(bare.with_password("p@ss").secret(), "postgres://maya:p%40ss@db/desk");
        let own = DatabaseUrl::from("postgres://maya:own@db/desk".to_owned());
        assert_eq!(own.with_password("p@ss"), own);
    }
}
