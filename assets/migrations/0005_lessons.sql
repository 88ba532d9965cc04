-- What the desk was taught by its own replies: each lesson that a supervisor has signed or dismissed, once.
CREATE TABLE lessons (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,                  -- signed or dismissed
    title TEXT NOT NULL,
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    settled_by TEXT NOT NULL,
    settled_at INTEGER NOT NULL
) WITHOUT ROWID;
