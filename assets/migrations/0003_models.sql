-- What models took, for the caps of a day and of a ticket.
CREATE TABLE spending (
    n INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    ticket_id TEXT NOT NULL,
    made_by TEXT NOT NULL,
    prompt TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    micro_usd INTEGER NOT NULL
);
CREATE INDEX spending_by_day ON spending (at);
CREATE INDEX spending_by_ticket ON spending (ticket_id);

-- What a model has written about a ticket at a version; the newest of its kind.
CREATE TABLE prepared (
    ticket_id TEXT NOT NULL,
    tool TEXT NOT NULL,
    tone TEXT NOT NULL,                   -- '' where it has none
    version INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    content TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, tool, tone)
) WITHOUT ROWID;

-- Who works on a ticket right now, of the workers that share the desk.
CREATE TABLE leases (
    ticket_id TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL
) WITHOUT ROWID;

-- Up to which version a worker has done all it can for a ticket.
CREATE TABLE worked (
    ticket_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    outcome TEXT NOT NULL
) WITHOUT ROWID;

-- The suggestion that a reply began with is looked up in the log.
CREATE INDEX audit_suggestions ON audit (ticket, seq) WHERE tool = 'suggest_response' AND action = 'read';
