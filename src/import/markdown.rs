//! Articles in Markdown, with or without front matter.

use crate::domain::article::Article;
use crate::domain::intake::Intake;
use crate::import::limits::{self, Reason};
use crate::import::source::Source;

/// One article; its title is the front matter's or its first heading, which the body then leaves out.
pub(super) fn read(source: &Source) -> Result<Intake, Reason> {
    let text = std::str::from_utf8(source.bytes())
        .map_err(|error| format!("not UTF-8 from byte {} on", error.valid_up_to() + 1))?;
    article(text, &source.stem).map(Intake::Article)
}

fn article(text: &str, stem: &str) -> Result<Article, Reason> {
    let (front, body) = front_matter(text);
    let (heading, rest) = heading(body);
    let said = |key: &str| {
        front.iter().find(|(name, _)| *name == key).map(|(_, value)| *value).filter(|value| !value.is_empty())
    };
    let id = said("id").map_or_else(|| Ok(limits::article_id(stem)), |id| limits::field("id", unquoted(id)))?;
    let (title, body) = said("title").map_or((heading.unwrap_or(stem), rest), |title| (unquoted(title), body));
    Ok(Article {
        id: id.parse().map_err(|error| format!("id {error}"))?,
        title: limits::subject(title)?,
        body: limits::body(body.trim())?,
        tags: said("tags").map(tags).unwrap_or_default(),
        updated_at: said("updated_at").map(|time| limits::loose_time("updated_at", unquoted(time))).transpose()?,
    })
}

/// The `key: value` lines between two lines of `---` at the start, and what follows them.
fn front_matter(text: &str) -> (Vec<(&str, &str)>, &str) {
    let none = (Vec::new(), text);
    let Some(inner) = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n")) else { return none };
    let mut end = 0;
    for line in inner.split_inclusive('\n') {
        if line.trim_end() == "---" {
            let pairs = inner[..end].lines().filter_map(|line| line.split_once(':'));
            return (pairs.map(|(key, value)| (key.trim(), value.trim())).collect(), &inner[end + line.len()..]);
        }
        end += line.len();
    }
    none
}

/// The heading that the text begins with, and the text below it; a heading further down stays where it is.
fn heading(body: &str) -> (Option<&str>, &str) {
    let text = body.trim_start();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if let Some(title) = title(first) {
        return (Some(title), rest);
    }
    (body.lines().find_map(title), body)
}

fn title(line: &str) -> Option<&str> {
    let marks = line.chars().take_while(|c| *c == '#').count();
    let title = line.get(marks..)?.strip_prefix(' ')?.trim().trim_end_matches('#').trim_end();
    ((1..=6).contains(&marks) && !title.is_empty()).then_some(title)
}

fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// `[a, "b"]` or `a, b`.
fn tags(text: &str) -> Vec<String> {
    let inner = text.trim_start_matches('[').trim_end_matches(']');
    inner.split([',', ';']).map(|tag| unquoted(tag.trim())).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, id: &str, title: &str, tags: &[&str], body: &str) {
        let found = article(text, "how to (1)").unwrap();
        assert_eq!((found.id.as_str(), found.title.as_str(), found.body.as_str()), (id, title, body));
        assert_eq!(found.tags, tags);
    }

    #[test]
    fn an_article_has_front_matter_or_a_heading_or_only_a_name() {
        check("---\nid: KB-7\ntitle: \"A: b\"\ntags: [x, 'y']\n---\n# H\nt", "KB-7", "A: b", &["x", "y"], "# H\nt");
        check("# Reset it #\n\nText.", "how-to--1-", "Reset it", &[], "Text.");
        check("Text.\n\n## Later\n", "how-to--1-", "Later", &[], "Text.\n\n## Later");
        check("---\nnot closed", "how-to--1-", "how to (1)", &[], "---\nnot closed");
        assert!(article("---\nid: ../x\n---\n", "a").unwrap_err().contains("../x"));
    }
}
