//! How hard the file has to work.

use async_trait::async_trait;

use crate::store::StoreError;
use crate::store::load::{Load, Loaded};
use crate::store::sqlite::Sqlite;

#[async_trait]
impl Loaded for Sqlite {
    fn load(&self) -> Load {
        Load { records: self.writer.waiting(), ..self.readers.load() }
    }

    async fn room(&self) -> Result<(), StoreError> {
        self.writer.room().await
    }
}
