//! How hard the file has to work.

use crate::store::load::{Load, Loaded};
use crate::store::sqlite::Sqlite;

impl Loaded for Sqlite {
    fn load(&self) -> Load {
        Load { records: self.writer.waiting(), ..self.readers.load() }
    }
}
