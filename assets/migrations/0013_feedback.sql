-- What people thought of summaries and drafts, as it stands: one row for a person and a text. The log's record holds
-- what was read, what was shown and what was said of it; with the record's body that is gone, and this row stays.
CREATE TABLE feedback (
    person TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    tool TEXT NOT NULL,
    shown TEXT NOT NULL,                  -- SHA-256 of the text
    tone TEXT NOT NULL,                   -- '' where it has none
    version INTEGER NOT NULL,             -- of the ticket
    made_by TEXT NOT NULL,
    prompt TEXT NOT NULL,                 -- '' for the offline assistant
    thumb TEXT NOT NULL,
    seq INTEGER NOT NULL UNIQUE,          -- the record
    PRIMARY KEY (person, ticket_id, tool, shown)
) WITHOUT ROWID;
