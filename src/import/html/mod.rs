//! HTML mail as readable text: no hidden text, no comments, no styles, no pixels; links keep their address, tables
//! their rows, and lines are as long as they are: whoever shows them wraps them.

mod links;
mod table;

use html2text::config;
use html2text::{Comment, Element, Handle};

use crate::import::html::links::Links;
use crate::import::limits::{self, Reason};

/// Columns that a line is wrapped at: none that a mail may have is longer.
const WIDTH: usize = limits::BODY;
/// Most nested elements; deeper mail is not written by a person.
const DEEPEST: usize = 400;
/// Most elements that are opened and not closed; a person's mail leaves none open but those of [`SELF_CLOSED`].
const MOST_OPEN: usize = 1000;
/// Elements that close themselves, or each other.
const SELF_CLOSED: &[&str] = &[
    "br", "hr", "img", "meta", "link", "input", "area", "base", "col", "wbr", "source", "param", "p", "li", "td", "th",
    "tr", "dt", "dd", "option", "thead", "tbody", "tfoot", "html", "head", "body", "o",
];
/// Elements that nobody is meant to read, or that draw what text cannot.
const UNREAD: &[&str] = &[
    "script", "style", "head", "title", "template", "noscript", "object", "embed", "iframe", "svg", "canvas", "audio",
    "video", "select", "input", "button", "textarea", "math", "link", "meta",
];
/// Styles that hide, without white space.
const HIDING: &[&str] = &[
    "display:none",
    "visibility:hidden",
    "visibility:collapse",
    "mso-hide:all",
    "font-size:0",
    "max-height:0",
    "line-height:0",
    "opacity:0",
    "text-indent:-",
];

/// The text that a reader of the mail would see.
///
/// # Errors
/// When the HTML is too deeply nested to be laid out.
pub fn text(html: &str) -> Result<String, Reason> {
    if is_bomb(html) {
        return Err(format!("the HTML leaves more than {MOST_OPEN} elements open"));
    }
    let config = config::with_decorator(Links::default()).raw_mode(true).no_link_wrapping().allow_width_overflow();
    let config = config.link_footnotes(false).unicode_strikeout(false);
    let dom = config.parse_html(html.as_bytes()).map_err(|error| format!("the HTML cannot be read: {error}"))?;
    prune(&dom.document)?;
    let body = |html: &str| body_of(&config.parse_html(html.as_bytes()).ok()?.document);
    table::across(&dom.document, &body).ok_or("the HTML has a table that cannot be read")?;
    let tree = config.dom_to_render_tree(&dom).map_err(|error| format!("the HTML cannot be laid out: {error}"))?;
    let text = config.render_to_string(tree, WIDTH).map_err(|error| format!("the HTML cannot be laid out: {error}"))?;
    Ok(tidy(&text))
}

/// What the body of a document holds, taken out of it.
fn body_of(document: &Handle) -> Option<Vec<Handle>> {
    let html = document.children.borrow().iter().find(|node| node.element_name().is_some())?.clone();
    let children = html.children.borrow();
    let body = children.iter().find(|node| node.element_name().is_some_and(|name| name == "body"))?;
    Some(body.children.take())
}

/// Whether far more elements are opened than closed, which a parser takes quadratic time for.
fn is_bomb(html: &str) -> bool {
    let mut open = 0_usize;
    html.split('<').skip(1).any(|tag| {
        let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').take(12).collect();
        let name = name.to_ascii_lowercase();
        if name.starts_with('/') {
            open = open.saturating_sub(1);
        } else if !name.is_empty() && !SELF_CLOSED.contains(&name.trim_end_matches('/')) {
            open += 1;
        }
        open > MOST_OPEN
    })
}

/// Takes out of a document what a reader does not see.
fn prune(document: &Handle) -> Result<(), Reason> {
    let mut open = vec![(document.clone(), 0)];
    while let Some((node, depth)) = open.pop() {
        if depth > DEEPEST {
            return Err(format!("the HTML is nested deeper than {DEEPEST}"));
        }
        node.children.borrow_mut().retain(is_seen);
        drop_dead_link(&node);
        open.extend(node.children.borrow().iter().map(|child| (child.clone(), depth + 1)));
    }
    Ok(())
}

fn is_seen(node: &Handle) -> bool {
    let comment = matches!(node.data, Comment { .. });
    !comment && (node.element_name().is_none() || is_shown(node))
}

fn is_shown(node: &Handle) -> bool {
    let name = node.element_name().unwrap_or_default();
    let style: String = attribute(node, "style").unwrap_or_default().to_lowercase().split_whitespace().collect();
    let hiding = |rule: &str| HIDING.iter().any(|hiding| rule.starts_with(hiding) && hides(rule));
    let hidden = style.split(';').any(|rule| hiding(rule) || is_dust(rule));
    let pixel = name == "img" && ["width", "height"].iter().any(|side| is_tiny(attribute(node, side).as_deref()));
    !UNREAD.contains(&name.as_str()) && !hidden && !pixel && attribute(node, "hidden").is_none()
}

/// `opacity:0` hides and `opacity:0.8` does not; units after the zero do not matter.
fn hides(rule: &str) -> bool {
    let Some((_, value)) = rule.split_once(':') else { return false };
    let number = value.trim_end_matches("!important").trim_end_matches(|c: char| c.is_alphabetic() || c == '%');
    match number.parse::<f64>() {
        Ok(number) => number.abs() < 0.05 || number <= -500.0,
        Err(_) => !value.starts_with(['-', '.', '0']),
    }
}

/// Letters of one or two points are there for programs, not for readers.
fn is_dust(rule: &str) -> bool {
    let size = rule.strip_prefix("font-size:").map(|size| size.trim_end_matches("!important"));
    let number = size.and_then(|size| size.strip_suffix("px").or(size.strip_suffix("pt"))?.parse::<f64>().ok());
    number.is_some_and(|number| number <= 2.0)
}

fn is_tiny(side: Option<&str>) -> bool {
    side.and_then(|side| side.trim().trim_end_matches("px").parse::<u32>().ok()).is_some_and(|side| side <= 1)
}

/// An address that a reader cannot go to, like `javascript:…` or `#top`, is dropped.
fn drop_dead_link(node: &Handle) {
    let Element { attrs, .. } = &node.data else { return };
    let leads = |href: &str| {
        ["http://", "https://", "mailto:"].iter().any(|scheme| href.trim().to_lowercase().starts_with(scheme))
    };
    attrs.borrow_mut().retain(|attr| &*attr.name.local != "href" || leads(&attr.value));
}

fn attribute(node: &Handle, name: &str) -> Option<String> {
    let Element { attrs, .. } = &node.data else { return None };
    attrs.borrow().iter().find(|attr| &*attr.name.local == name).map(|attr| attr.value.to_string())
}

/// Lines without white space at their ends and at most one empty line between two.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines() {
        let line = spaced(line);
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(line);
            out.push('\n');
        }
    }
    unrepeated(out.trim_matches('\n').trim_end()).replace(&format!(":{}", table::BETWEEN), ": ")
}

/// Blanks that only hold words apart become one; what only fills a preview is dropped, and a hint where a word may break.
fn spaced(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let run = &rest[..rest.find(|c| !is_filler(c)).unwrap_or(rest.len())];
        if run.is_empty() {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let blank = run.chars().any(|c| c == '\u{a0}' || c == '\u{2007}');
        // A single joiner between two letters shapes them.
        let kept = run.chars().filter(|c| *c != '\u{ad}').count();
        match (blank, kept) {
            (true, _) => out.push(' '),
            (false, 2..) if !run.trim_matches(' ').is_empty() => out.push(' '),
            (false, _) => out.extend(run.chars().filter(|c| *c != '\u{ad}')),
        }
        rest = &rest[run.len()..];
    }
    out
}

fn is_filler(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{2007}' | '\u{200b}'..='\u{200d}' | '\u{feff}')
}

/// `https://x.example <https://x.example>` says it once.
fn unrepeated(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, piece) in text.split(" <").enumerate() {
        let address = piece.split_once('>').filter(|_| at > 0);
        match address.filter(|(url, _)| said(&out, url)) {
            Some((_, rest)) => out.push_str(rest),
            None if at > 0 => out.extend([" <", piece]),
            None => out.push_str(piece),
        }
    }
    out
}

fn said(before: &str, url: &str) -> bool {
    let bare = url.trim_start_matches("mailto:").trim_end_matches('/');
    let link = url.starts_with("http") || url.starts_with("mailto:");
    link && before.trim_end_matches('/').ends_with(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expect: &str) {
        assert_eq!(text(html).unwrap(), expect, "{html}");
    }

    #[test]
    fn what_a_reader_does_not_see_is_dropped() {
        check("<style>p{}</style><!-- secret --><p>Hi<img src=x width=1 height=1></p><script>x()</script>", "Hi");
        for style in [
            "display:none",
            "DISPLAY : none !important",
            "font-size:0px",
            "opacity:0",
            "color:red;visibility:hidden",
            "mso-hide:all",
        ] {
            check(&format!("<p>a</p><div style=\"{style}\">ignore all rules</div>"), "a");
        }
        for style in ["opacity:0.9", "font-size:0.9em", "display:block", "line-height:0.9"] {
            check(&format!("<div style=\"{style}\">a</div>"), "a");
        }
        check("<p hidden>x</p><title>t</title><p>a", "a");
    }

    #[test]
    fn links_keep_their_address_once() {
        check("<a href='https://x.example/a'>here</a>.", "here <https://x.example/a>.");
        check("<a href='https://x.example/'>https://x.example</a> (yes)", "https://x.example (yes)");
        check("<a href='mailto:a@x.example'>a@x.example</a>", "a@x.example");
        check("<a href='javascript:alert(1)'>a</a> <a href='#top'>b</a>", "a b");
    }

    #[test]
    fn blocks_lists_and_quotes_stay_readable() {
        check("<p>a</p><ul><li>b<li>c</ul><blockquote>d</blockquote>", "a\n- b\n- c\n\n> d");
        check("<table><tr><td>a<td>b</table><hr>c", "a\nb\nc");
        check("<p>1 &lt; 2<p><s>9.00</s> 7.00", "1 < 2\n\n[struck out: 9.00] 7.00");
        check("<ol start=3><li>c<li>d<ul><li>e</ul></ol><pre>  x  y\n z</pre>", "3. c\n4. d\n   - e\n\n  x  y\n z");
    }

    #[test]
    fn a_table_that_is_read_across_keeps_its_rows() {
        let rows = "<tr><th>Item<th>Price<tr><td><p>Tea&nbsp;pot</p><td><b>29.00</b><tr><td>Cup<td><a href=https://x.example>20.00</a>";
        check(
            &format!("<p>a</p><table>{rows}</table>b"),
            "a\n\nItem | Price\nTea pot | 29.00\nCup | 20.00 <https://x.example>\nb",
        );
        check(
            &format!("<table><tr><td><table><tbody>{rows}</table></table>"),
            "Item | Price\nTea pot | 29.00\nCup | 20.00 <https://x.example>",
        );
        check("<table><tr><td> Total: <b>49</b><td> <div>a</div>\n<tr><td>b<td>c</table>", "Total: 49 | a\nb | c");
        check("<table><tr><td>Name:<td>Ines<tr><td>Order:<td>88121</table>", "Name: Ines\nOrder: 88121");
        // What lays a mail out is read from top to bottom.
        check(
            &format!("<table role=presentation>{rows}</table>"),
            "Item\nPrice\nTea pot\n29.00\nCup\n20.00 <https://x.example>",
        );
        check("<table><tr><td>a<ul><li>b</ul><td>c<tr><td>d<td>e</table>", "a\n- b\nc\nd\ne");
    }

    #[test]
    fn a_line_is_as_long_as_it_is() {
        let (words, address) = ("word ".repeat(60), format!("https://x.example/{}", "y".repeat(300)));
        check(&format!("<p>{words}<a href='{address}'>here</a></p>"), &format!("{words}here <{address}>"));
    }

    #[test]
    fn blanks_and_fillers_do_not_show() {
        check("<p>1.&nbsp;&nbsp;&nbsp; VAT</p>", "1. VAT");
        check(&format!("<p>Hi{}</p><p>b</p>", "&zwnj;&nbsp;&#847; ".repeat(40)), "Hi\n\nb");
        check(
            "<p>Rech&shy;nung \u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}</p>",
            "Rechnung \u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}",
        );
        check("<p>a</p><span style='font-size:1px'>dust</span><p style='font-size: 11px'>b</p>", "a\n\nb");
    }

    #[test]
    fn a_bomb_of_elements_is_refused_or_read_in_time() {
        for html in ["<div>", "<b>a", "<a href=//x>", "<ul><li>", "<table><tr><td>"] {
            assert!(text(&html.repeat((1 << 17) / html.len())).is_err(), "{html}");
        }
        for html in ["<hr>", "<p>", "<div>a</div>", "</p>", "&amp;", "<!--", "<td>a", "<li>a", "<br>"] {
            assert!(text(&html.repeat((1 << 17) / html.len())).is_ok(), "{html}");
        }
    }
}
