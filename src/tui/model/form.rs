//! The update form: which fields change, and to what.

use crossterm::event::KeyEvent;

use crate::domain::call::TicketUpdate;
use crate::domain::ids::{PrincipalId, TicketId};
use crate::domain::text;
use crate::domain::ticket::{Priority, Status, TicketRow};
use crate::tui::editor::{Editor, Full};
use crate::tui::keymap::Stroke;

/// The fields, from top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Status,
    Priority,
    Assignee,
    Tags,
}

impl Field {
    pub(crate) const ALL: [Field; 4] = [Self::Status, Self::Priority, Self::Assignee, Self::Tags];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Priority => "priority",
            Self::Assignee => "assignee",
            Self::Tags => "tags",
        }
    }
}

/// Words that are typed; untouched ones change nothing.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub(crate) editor: Editor,
    pub(crate) set: bool,
}

/// Who works on a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Assignee {
    Nobody,
    Somebody(PrincipalId),
}

impl From<Option<PrincipalId>> for Assignee {
    fn from(id: Option<PrincipalId>) -> Self {
        id.map_or(Self::Nobody, Self::Somebody)
    }
}

impl From<Assignee> for Option<PrincipalId> {
    fn from(assignee: Assignee) -> Self {
        match assignee {
            Assignee::Nobody => None,
            Assignee::Somebody(id) => Some(id),
        }
    }
}

/// What the ticket has now, where it is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Before {
    pub(crate) status: Option<Status>,
    pub(crate) priority: Option<Priority>,
    pub(crate) assignee: Option<Assignee>,
    pub(crate) tags: Option<Vec<String>>,
}

/// The form.
#[derive(Clone, Debug)]
pub(crate) struct UpdateForm {
    pub(crate) ticket: TicketId,
    /// Every ticket that it is for, where it is for many.
    pub(crate) many: Vec<TicketId>,
    pub(crate) before: Before,
    /// The version of the ticket that this is, where it is known.
    pub(crate) version: Option<u64>,
    pub(crate) field: Field,
    pub(crate) status: Option<Status>,
    pub(crate) priority: Option<Priority>,
    pub(crate) assignee: Words,
    pub(crate) tags: Words,
    pub(crate) trouble: Option<String>,
}

impl UpdateForm {
    /// A form in which nothing changes yet.
    pub(crate) fn of(row: &TicketRow) -> Self {
        let before = Before {
            status: Some(row.status),
            priority: Some(row.priority),
            assignee: Some(row.assignee.clone().into()),
            tags: Some(row.tags.clone()),
        };
        Self { version: Some(row.version), ..Self::with(row.id.clone(), before, &TicketUpdate::default()) }
    }

    /// A form that starts from a proposed update.
    pub(crate) fn editing(ticket: TicketId, row: Option<&TicketRow>, update: &TicketUpdate) -> Self {
        let before = row.map(|row| Self::of(row).before).unwrap_or_default();
        Self::with(ticket, before, update)
    }

    /// A form for many tickets, of which nothing is known; there is at least one.
    pub(crate) fn for_many(many: Vec<TicketId>) -> Option<Self> {
        let first = many.first()?.clone();
        Some(Self { many, ..Self::with(first, Before::default(), &TicketUpdate::default()) })
    }

    fn with(ticket: TicketId, before: Before, update: &TicketUpdate) -> Self {
        let assignee = update.assignee.clone().map(Assignee::from).or_else(|| before.assignee.clone());
        let assignee = match assignee {
            Some(Assignee::Somebody(id)) => id.to_string(),
            Some(Assignee::Nobody) | None => String::new(),
        };
        let tags = update.tags.as_ref().or(before.tags.as_ref()).map(|tags| tags.join(", ")).unwrap_or_default();
        Self {
            ticket,
            many: Vec::new(),
            field: Field::Status,
            status: update.status,
            priority: update.priority,
            assignee: Words { editor: Editor::line_of(&assignee), set: update.assignee.is_some() },
            tags: Words { editor: Editor::line_of(&tags), set: update.tags.is_some() },
            trouble: None,
            version: None,
            before,
        }
    }

    pub(crate) fn step_field(&mut self, by: isize) {
        let at = Field::ALL.iter().position(|field| *field == self.field).unwrap_or(0);
        self.field = Field::ALL[wrapping(at, by, Field::ALL.len())];
    }

    /// The next value of a chosen field; in a typed one the cursor moves.
    pub(crate) fn step_value(&mut self, by: isize, key: &KeyEvent, me: &PrincipalId) {
        match self.field {
            // Nobody need type who they are.
            Field::Assignee if by > 0 && self.assignee.editor.text().is_empty() => {
                self.trouble = None;
                self.assignee = Words { editor: Editor::line_of(me.as_str()), set: true };
            }
            Field::Status => self.status = Some(stepped(Status::ALL, self.status.or(self.before.status), by)),
            Field::Priority => {
                self.priority = Some(stepped(Priority::ALL, self.priority.or(self.before.priority), by));
            }
            Field::Assignee | Field::Tags => self.typed(key, None),
        }
    }

    /// A key in a typed field.
    pub(crate) fn typed(&mut self, key: &KeyEvent, stroke: Option<Stroke>) {
        self.trouble = None;
        if let Some(words) = self.words() {
            let typed = match stroke {
                Some(Stroke::Erase(go)) => words.editor.erase(go),
                Some(Stroke::Go(go)) => words.editor.go_with(go, key).is_ok_and(|changed| changed),
                Some(_) | None => words.editor.key(key).is_ok_and(|changed| changed),
            };
            words.set |= typed;
        }
    }

    pub(crate) fn pasted(&mut self, text: &str) -> Result<bool, Full> {
        let Some(words) = self.words() else { return Ok(false) };
        let changed = words.editor.paste(text)?;
        words.set |= changed;
        Ok(changed)
    }

    /// Leaves the field at hand as it is on the ticket.
    pub(crate) fn keep(&mut self) {
        let unchanged = Self::with(self.ticket.clone(), self.before.clone(), &TicketUpdate::default());
        match self.field {
            Field::Status => self.status = None,
            Field::Priority => self.priority = None,
            Field::Assignee => self.assignee = unchanged.assignee,
            Field::Tags => self.tags = unchanged.tags,
        }
    }

    pub(crate) fn words(&mut self) -> Option<&mut Words> {
        match self.field {
            Field::Status | Field::Priority => None,
            Field::Assignee => Some(&mut self.assignee),
            Field::Tags => Some(&mut self.tags),
        }
    }

    /// The update that the form describes.
    ///
    /// # Errors
    /// In words, when a field cannot be read or nothing would change.
    pub(crate) fn update(&self) -> Result<TicketUpdate, String> {
        let update = TicketUpdate {
            status: self.status.filter(|new| Some(*new) != self.before.status),
            priority: self.priority.filter(|new| Some(*new) != self.before.priority),
            assignee: self.assignee()?.filter(|new| Some(new) != self.before.assignee.as_ref()).map(Into::into),
            tags: self.tags().filter(|new| Some(new) != self.before.tags.as_ref()),
        };
        if update.is_empty() { Err("nothing would change".to_owned()) } else { Ok(update) }
    }

    fn assignee(&self) -> Result<Option<Assignee>, String> {
        if !self.assignee.set {
            return Ok(None);
        }
        match self.assignee.editor.text().trim() {
            "" | "nobody" => Ok(Some(Assignee::Nobody)),
            name => name
                .parse()
                .map(|id| Some(Assignee::Somebody(id)))
                .map_err(|e: crate::domain::ids::BadId| e.to_string()),
        }
    }

    fn tags(&self) -> Option<Vec<String>> {
        let typed = self.tags.editor.text();
        let mut tags: Vec<_> =
            typed.split([',', ' ']).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
        tags.sort();
        tags.dedup();
        self.tags.set.then_some(tags)
    }

    /// A field as it will be, and whether that is a change.
    pub(crate) fn shown(&self, field: Field) -> (String, bool) {
        match field {
            Field::Status => chosen(self.status, self.before.status, Status::as_str),
            Field::Priority => chosen(self.priority, self.before.priority, Priority::as_str),
            Field::Assignee => typed(&self.assignee, self.before.assignee.is_some(), "(nobody)"),
            Field::Tags => typed(&self.tags, self.before.tags.is_some(), "(none)"),
        }
    }
}

/// What stands in a field, and whether somebody wrote it; where nothing does, what that means.
fn typed(words: &Words, is_known: bool, empty: &str) -> (String, bool) {
    let shown = match text::line(&words.editor.text()).into_owned() {
        nothing if nothing.is_empty() && !words.set && !is_known => AS_IT_IS.to_owned(),
        nothing if nothing.is_empty() => empty.to_owned(),
        something => something,
    };
    (shown, words.set)
}

/// What is said of a field that nobody changes and whose value is not known.
const AS_IT_IS: &str = "(as it is)";

fn chosen<T: Copy + PartialEq>(new: Option<T>, old: Option<T>, word: fn(T) -> &'static str) -> (String, bool) {
    let shown = new.or(old).map_or(AS_IT_IS, word).to_owned();
    (shown, new.is_some() && new != old)
}

fn stepped<T: Copy + PartialEq>(all: &[T], now: Option<T>, by: isize) -> T {
    let at = now.and_then(|now| all.iter().position(|value| *value == now));
    all[at.map_or(0, |at| wrapping(at, by, all.len()))]
}

fn wrapping(at: usize, by: isize, len: usize) -> usize {
    (at + len).saturating_add_signed(by) % len
}
