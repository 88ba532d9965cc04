//! temporary
use crate::domain::article::ArticleHit;
use rusqlite::Connection;
pub fn articles(_: &Connection, _: &str, _: u32) -> rusqlite::Result<Vec<ArticleHit>> {
    Ok(vec![])
}
pub fn tickets(_: &Connection, _: &str, _: u32) -> rusqlite::Result<Vec<(String, f64)>> {
    Ok(vec![])
}
pub fn similar(_: &Connection, _: &str, _: &str, _: u32) -> rusqlite::Result<Vec<(String, f64)>> {
    Ok(vec![])
}
