//! tmp
pub mod generate;
pub mod sample {
    pub async fn fill(_: &dyn crate::store::Store) -> Result<(), crate::store::StoreError> {
        Ok(())
    }
}
