//! Sentence embeddings: a text as a direction, near to those of texts that mean the same.
//!
//! The model is all-MiniLM-L6-v2 with int8 weights, part of the program; it knows English and its neighbours in Latin
//! letters, so [`can_read`] says which texts are worth embedding. Loading it takes about a tenth of a second and one
//! text some milliseconds: both belong on a thread that nobody waits for, or on a blocking one.

mod recent;
mod tokens;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rten::{Model, NodeId, Value, ValueOrView};

pub use crate::embed::recent::of_question;
use crate::embed::tokens::Vocabulary;

/// How many numbers an embedding has.
pub const DIMENSIONS: usize = 384;

static MODEL: &[u8] = include_bytes!("../../assets/model/minilm.onnx");
/// The model was trained to read no further.
const MOST_TOKENS: usize = 256;
/// More bytes than that many tokens can have.
const MOST_BYTES: usize = 4_096;

/// The model while it is in use, and when it was last asked for.
static LOADED: Mutex<Option<(Arc<Embedder>, Instant)>> = Mutex::new(None);

/// Why a text has no embedding; a search then goes by its words alone.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EmbedError {
    /// The model that is part of the program cannot be used.
    #[error("the embedding model cannot be loaded: {0}")]
    Model(String),
    /// The model failed.
    #[error("the embedding model failed: {0}")]
    Run(String),
}

/// The model, loaded.
pub struct Embedder {
    model: Model,
    vocabulary: Vocabulary,
    /// Tokens, which of them count, which sentence they are of.
    inputs: [NodeId; 3],
    output: NodeId,
}

impl Embedder {
    /// The one model of the program, loaded when it is asked for and not there: call it where a tenth of a second is
    /// fine.
    ///
    /// # Errors
    /// When the model cannot be loaded.
    pub fn get() -> Result<Arc<Self>, EmbedError> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let model = match loaded.take() {
            Some((model, _)) => model,
            None => Arc::new(Self::load()?),
        };
        *loaded = Some((Arc::clone(&model), Instant::now()));
        Ok(model)
    }

    /// Gives back the memory of a model that nobody has asked for within `unused`: its weights are a hundred megabytes.
    pub fn rest(unused: Duration) {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        drop(loaded.take_if(|(_, used)| used.elapsed() >= unused));
    }

    fn load() -> Result<Self, EmbedError> {
        let model = Model::load_static_slice(MODEL).map_err(|e| EmbedError::Model(e.to_string()))?;
        let vocabulary =
            Vocabulary::read().ok_or_else(|| EmbedError::Model("its vocabulary is incomplete".to_owned()))?;
        let node = |name| model.node_id(name).map_err(|e| EmbedError::Model(e.to_string()));
        let inputs = [node("input_ids")?, node("attention_mask")?, node("token_type_ids")?];
        let output = node("last_hidden_state")?;
        Ok(Self { model, vocabulary, inputs, output })
    }

    /// The embedding of a text: [`DIMENSIONS`] numbers, of length one. What comes behind 256 tokens is not read.
    ///
    /// # Errors
    /// When the model fails.
    pub fn embed(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        let tokens = self.vocabulary.tokens(&text[..text.floor_char_boundary(MOST_BYTES)], MOST_TOKENS);
        let one = |of: Vec<i32>| {
            Value::from_shape(&[1, of.len()], of).map(ValueOrView::from).map_err(|e| EmbedError::Run(e.to_string()))
        };
        let [ids, mask, kinds] = self.inputs;
        let (counted, first) = (vec![1; tokens.len()], vec![0; tokens.len()]);
        let inputs = vec![(ids, one(tokens)?), (mask, one(counted)?), (kinds, one(first)?)];
        let ran = self.model.run_n(inputs, [self.output], None).map_err(|e| EmbedError::Run(e.to_string()))?;
        let [states] = ran;
        let (_, states) = states.into_shape_vec::<f32, 3>().map_err(|e| EmbedError::Run(e.to_string()))?;
        Ok(mean(&states))
    }
}

/// Whether the model can make anything of a text: most of its letters are Latin.
#[must_use]
pub fn can_read(text: &str) -> bool {
    let letters = text.chars().take(MOST_BYTES).filter(|c| c.is_alphabetic());
    let (latin, other): (Vec<char>, Vec<char>) = letters.partition(|c| *c < '\u{250}');
    latin.len() > other.len() * 4
}

/// The direction of the mean of the tokens' states.
fn mean(states: &[f32]) -> Vec<f32> {
    let mut sum = vec![0.0_f32; DIMENSIONS];
    for state in states.chunks_exact(DIMENSIONS) {
        sum.iter_mut().zip(state).for_each(|(sum, x)| *sum += x);
    }
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    sum.into_iter().map(|x| x / length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: &str, b: &str) -> f32 {
        let model = Embedder::get().unwrap();
        let (a, b) = (model.embed(a).unwrap(), model.embed(b).unwrap());
        a.iter().zip(&b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn texts_that_mean_the_same_are_near_without_a_word_in_common() {
        let same = near("My parcel has not arrived", "Where is the package I ordered?");
        let other = near("My parcel has not arrived", "How do I change the colour of the menu?");
        assert!(same > 0.4 && other < 0.2, "{same} {other}");
    }

    #[test]
    fn any_text_has_an_embedding_of_length_one() {
        for text in [
            "",
            " ",
            "\0\u{feff}",
            "🙂🙃",
            "退款需要三天",
            "ß\u{301}\u{200d}İ",
            &"x".repeat(100_000),
            &"a b ".repeat(9_000),
        ] {
            let embedding = Embedder::get().unwrap().embed(text).unwrap();
            let length: f32 = embedding.iter().map(|x| x * x).sum();
            assert!(embedding.len() == DIMENSIONS && (length - 1.0).abs() < 1e-3, "{length}");
        }
    }

    #[test]
    fn a_model_that_rested_is_loaded_again_and_says_the_same() {
        let before = Embedder::get().unwrap().embed("Where is my parcel?").unwrap();
        Embedder::rest(Duration::ZERO);
        assert_eq!(Embedder::get().unwrap().embed("Where is my parcel?").unwrap(), before);
    }

    #[test]
    fn only_latin_text_can_be_read() {
        for (text, expect) in [
            ("How do I delete my account?", true),
            ("Größe ändern", true),
            ("退款需要三天", false),
            ("iPhone手机退款很慢", false),
            ("Возврат денег", false),
            ("12345", false),
            ("", false),
        ] {
            assert_eq!(can_read(text), expect, "{text}");
        }
    }
}
