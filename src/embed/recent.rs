//! Questions come again, word for word: their embeddings are kept for a while. None goes stale, since a text has one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::embed::{EmbedError, Embedder};

/// How many are kept: a megabyte at most.
const MOST: usize = 256;
/// A longer text, in bytes, hardly comes again.
const LONGEST: usize = 2_048;

/// The last ones asked for, newest first.
static RECENT: Mutex<VecDeque<(String, Arc<[f32]>)>> = Mutex::new(VecDeque::new());

/// What [`Embedder::embed`] says of a question; of one that was asked lately, without the model.
///
/// # Errors
/// When the model cannot be loaded, or fails.
pub fn of_question(text: &str) -> Result<Arc<[f32]>, EmbedError> {
    if let Some(known) = known(text) {
        return Ok(known);
    }
    let embedding: Arc<[f32]> = Embedder::get()?.embed(text)?.into();
    if text.len() <= LONGEST {
        let mut recent = RECENT.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_front((text.to_owned(), Arc::clone(&embedding)));
        recent.truncate(MOST);
    }
    Ok(embedding)
}

/// The embedding of a text that was asked for lately, which is the newest then.
fn known(text: &str) -> Option<Arc<[f32]>> {
    let mut recent = RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    let at = recent.iter().position(|(known, _)| known == text)?;
    let found = recent.remove(at)?;
    let embedding = Arc::clone(&found.1);
    recent.push_front(found);
    Some(embedding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_comes_again_is_the_same_and_old_ones_are_forgotten() {
        let question = "Where is my parcel?";
        let first = of_question(question).unwrap();
        assert_eq!(first[..], Embedder::get().unwrap().embed(question).unwrap());
        let again = of_question(question).unwrap();
        assert!(Arc::ptr_eq(&first, &again), "the model was asked again");
        let other = of_question("Where is my parcel? ").unwrap();
        assert!(!Arc::ptr_eq(&first, &other), "another text is another question");
        of_question(&"long ".repeat(1_000)).unwrap();
        assert!(known(&"long ".repeat(1_000)).is_none());
        for n in 0..MOST {
            of_question(&format!("{n}")).unwrap();
        }
        assert!(known(question).is_none() && known("0").is_some());
    }
}
