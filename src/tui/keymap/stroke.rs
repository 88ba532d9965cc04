//! What keys do to a text that is being edited.

/// Where the cursor can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// One grapheme back.
    Left,
    /// One grapheme on.
    Right,
    /// To the beginning of the word.
    WordBack,
    /// Behind the word.
    WordNext,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the beginning of the row, then of the line.
    RowStart,
    /// To the end of the row, then of the line.
    RowEnd,
    /// To the end of the line, be it wrapped or not.
    LineEnd,
    /// To the beginning of the text.
    Top,
    /// To the end of the text.
    Bottom,
}

/// What a key does to a text that is being edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// Move the cursor.
    Go(Go),
    /// Delete from the cursor to where it would go.
    Erase(Go),
    /// Begin a selection that motions take along, or end it.
    Select,
    /// Select everything.
    SelectAll,
    /// Copy what is selected.
    Copy,
    /// Cut what is selected.
    Cut,
    /// Put in what was cut or copied last.
    Paste,
    /// Look for words.
    Find,
    /// The next place where they stand.
    FindNext,
    /// The place before.
    FindPrev,
}
