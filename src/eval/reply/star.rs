//! The dialogues of STAR: agent turns carry the reply that was picked and those that were offered.

use serde::Deserialize;

use crate::assist::canned_rank::Said;
use crate::domain::ids::CannedId;

/// The label of a reply that was written freely, so that nothing was picked.
const FREE: &str = "custom";

/// One dialogue of a file; what else it has is not read.
#[derive(Deserialize)]
struct Dialogue {
    tasks: Vec<String>,
    events: Vec<Event>,
}

#[derive(Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
enum Event {
    Customer {
        text: String,
    },
    Agent {
        text: String,
        #[serde(default)]
        label: Option<String>,
        #[serde(default)]
        options: Option<Vec<String>>,
    },
    ToolResult {
        item: serde_json::Value,
    },
    #[serde(other)]
    Other,
}

/// An entry of a dialogue, ready to be ranked.
pub(crate) enum Turn {
    Customer(String),
    Free(String),
    Record(String),
    Picked(Pick),
}

/// A canned reply that a person picked.
pub(crate) struct Pick {
    pub(crate) id: CannedId,
    pub(crate) text: String,
    pub(crate) offered: Vec<CannedId>,
}

/// A dialogue in order.
pub(crate) type Talk = Vec<Turn>;

/// One line: the task and the dialogue, or why it cannot be read.
pub(crate) fn read(line: &str) -> Result<(String, Talk), String> {
    let dialogue: Dialogue = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let talk = dialogue.events.into_iter().filter_map(|event| turn(event).transpose()).collect::<Result<_, _>>()?;
    Ok((dialogue.tasks.join(" "), talk))
}

fn turn(event: Event) -> Result<Option<Turn>, String> {
    Ok(match event {
        Event::Customer { text } => Some(Turn::Customer(text)),
        Event::Agent { text, label: Some(label), options } if label != FREE => {
            let offered = options.unwrap_or_default().into_iter().filter(|o| o != FREE).map(id);
            let offered = offered.collect::<Result<_, _>>()?;
            Some(Turn::Picked(Pick { id: id(label)?, text, offered }))
        }
        Event::Agent { text, .. } => Some(Turn::Free(text)),
        Event::ToolResult { item } => Some(Turn::Record(item.to_string())),
        Event::Other => None,
    })
}

fn id(label: String) -> Result<CannedId, String> {
    CannedId::try_from(label).map_err(|error| error.to_string())
}

/// Whether the ranking is shown what lookups brought.
#[derive(Clone, Copy)]
pub(crate) enum Records {
    Shown,
    Hidden,
}

/// The dialogue as the ranking sees it.
pub(crate) fn thread(turns: &[Turn], records: Records) -> Vec<Said<'_>> {
    let said = turns.iter().filter_map(|turn| match (turn, records) {
        (Turn::Customer(text), _) => Some(Said::Customer(text)),
        (Turn::Free(text), _) => Some(Said::Agent(text)),
        (Turn::Picked(pick), _) => Some(Said::Canned(&pick.id)),
        (Turn::Record(text), Records::Shown) => Some(Said::Record(text)),
        (Turn::Record(_), Records::Hidden) => None,
    });
    said.collect()
}

/// The picks of a dialogue, each with its place.
pub(crate) fn picks(talk: &Talk) -> impl Iterator<Item = (usize, &Pick)> {
    talk.iter().enumerate().filter_map(|(at, turn)| match turn {
        Turn::Picked(pick) => Some((at, pick)),
        Turn::Customer(_) | Turn::Free(_) | Turn::Record(_) => None,
    })
}

/// What the customer wrote last.
pub(crate) fn last_customer(turns: &[Turn]) -> &str {
    let last = turns.iter().rev().find_map(|turn| match turn {
        Turn::Customer(text) => Some(text.as_str()),
        Turn::Free(_) | Turn::Record(_) | Turn::Picked(_) => None,
    });
    last.unwrap_or_default()
}

/// The canned reply that was given last, if the last answer was one.
pub(crate) fn last_reply(turns: &[Turn]) -> Option<&CannedId> {
    let answers = turns.iter().rev().find_map(|turn| match turn {
        Turn::Picked(pick) => Some(Some(&pick.id)),
        Turn::Free(_) => Some(None),
        Turn::Customer(_) | Turn::Record(_) => None,
    });
    answers.flatten()
}
