//! Tables in HTML mail: what is read across comes out a row a line; what only lays a mail out comes out as its text.

use html2text::{Element, Handle};

use crate::import::html::attribute;

/// What stands between two cells.
pub(super) const BETWEEN: &str = " | ";
/// Rows of so many cells that a table has when it is read across.
const LEAST: usize = 2;
/// Elements that a cell of figures does not hold: it would be no line any more.
const BLOCKS: &[&str] = &[
    "table",
    "ul",
    "ol",
    "dl",
    "pre",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "br",
    "section",
    "article",
    "figure",
];
/// Elements that may stand around what is in a cell, and are taken away.
const WRAPPERS: &[&str] = &["p", "div", "center"];

/// Puts lines in the place of every table under `document` that is read across. `parse` reads a piece of HTML.
pub(super) fn across(document: &Handle, parse: &impl Fn(&str) -> Option<Vec<Handle>>) -> Option<()> {
    let mut open = vec![document.clone()];
    while let Some(node) = open.pop() {
        let children: Vec<Handle> = node.children.borrow().clone();
        let mut replaced = Vec::with_capacity(children.len());
        for child in children {
            if let Some(rows) = rows_across(&child) {
                replaced.extend(lines(&rows, parse)?);
            } else {
                open.push(child.clone());
                replaced.push(child);
            }
        }
        *node.children.borrow_mut() = replaced;
    }
    Some(())
}

/// The cells of a table that is read across, by rows.
fn rows_across(node: &Handle) -> Option<Vec<Vec<Handle>>> {
    let is_layout = || attribute(node, "role").is_some_and(|role| role == "presentation" || role == "none");
    if !is(node, &["table"]) || is_layout() {
        return None;
    }
    let rows: Vec<Vec<Handle>> = rows(node).iter().map(cells).collect();
    let is_table = rows.iter().filter(|cells| cells.len() >= LEAST).count() >= LEAST;
    let is_plain = rows.iter().flatten().all(|cell| !holds_block(cell));
    (is_table && is_plain).then_some(rows)
}

fn rows(table: &Handle) -> Vec<Handle> {
    let sections = elements(table);
    let row = |node: &Handle| if is(node, &["tr"]) { vec![node.clone()] } else { elements(node) };
    sections.iter().flat_map(row).filter(|node| is(node, &["tr"])).collect()
}

fn cells(row: &Handle) -> Vec<Handle> {
    elements(row).into_iter().filter(|node| is(node, &["td", "th"])).collect()
}

fn elements(node: &Handle) -> Vec<Handle> {
    node.children.borrow().iter().filter(|child| child.element_name().is_some()).cloned().collect()
}

/// Whether a cell holds more than a line.
fn holds_block(cell: &Handle) -> bool {
    let mut open = vec![cell.clone()];
    while let Some(node) = open.pop() {
        let children = node.children.borrow();
        let wrappers = children.iter().filter(|child| is(child, WRAPPERS)).count();
        if wrappers > 1 || is(&node, BLOCKS) {
            return true;
        }
        open.extend(children.iter().cloned());
    }
    false
}

/// What stands in a cell, taken out of it: a node that goes takes along what is still in it.
fn contents(cell: &Handle) -> Vec<Handle> {
    let children = cell.children.take().into_iter();
    children.flat_map(|child| if is(&child, WRAPPERS) { contents(&child) } else { vec![child] }).collect()
}

/// A block for each row: its cells beside each other.
fn lines(rows: &[Vec<Handle>], parse: &impl Fn(&str) -> Option<Vec<Handle>>) -> Option<Vec<Handle>> {
    let between = parse(&format!("<div>{BETWEEN}</div>"))?.first()?.children.take();
    let blocks = parse(&"<div></div>".repeat(rows.len()))?;
    for (block, cells) in blocks.iter().zip(rows) {
        let mut line = Vec::new();
        for (at, cell) in cells.iter().enumerate() {
            line.extend(if at > 0 { between.clone() } else { vec![] });
            line.extend(contents(cell));
        }
        *block.children.borrow_mut() = line;
    }
    Some(blocks)
}

fn is(node: &Handle, names: &[&str]) -> bool {
    let Element { name, .. } = &node.data else { return false };
    names.contains(&&*name.local)
}
