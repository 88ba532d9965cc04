-- The desk. Times are milliseconds since 1970, UTC; in the audit log they are RFC 3339 text, as hashed.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE customers (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    plan TEXT NOT NULL DEFAULT '',
    locale TEXT NOT NULL DEFAULT '',
    since TEXT,
    notes TEXT NOT NULL DEFAULT '',
    sample INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX customers_by_email ON customers (email);

CREATE TABLE tickets (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    external_id TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    status TEXT NOT NULL,
    priority INTEGER NOT NULL,            -- 0 urgent, 1 high, 2 normal, 3 low
    tags TEXT NOT NULL DEFAULT '[]',
    assignee TEXT REFERENCES people (id),
    customer_id TEXT NOT NULL REFERENCES customers (id),
    customer_name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    due_at INTEGER,
    messages INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1,
    sample INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX tickets_by_priority ON tickets (priority, coalesce(due_at, 9223372036854775807), n);
CREATE INDEX tickets_by_due ON tickets (coalesce(due_at, 9223372036854775807), priority, n);
CREATE INDEX tickets_by_updated ON tickets (updated_at DESC, n);
CREATE INDEX tickets_by_created ON tickets (created_at DESC, n);
CREATE INDEX tickets_by_customer ON tickets (customer_id);
CREATE INDEX tickets_by_assignee ON tickets (assignee);

-- How many tickets there are by what people filter on, so that a page need not count 100,000 rows.
CREATE TABLE ticket_counts (
    status TEXT NOT NULL,
    priority INTEGER NOT NULL,
    assignee TEXT NOT NULL,               -- '' for nobody
    tickets INTEGER NOT NULL,
    PRIMARY KEY (status, priority, assignee)
) WITHOUT ROWID;
CREATE TRIGGER tickets_counted_in AFTER INSERT ON tickets BEGIN
    INSERT INTO ticket_counts VALUES (new.status, new.priority, coalesce(new.assignee, ''), 1)
    ON CONFLICT DO UPDATE SET tickets = tickets + 1;
END;
CREATE TRIGGER tickets_counted_over AFTER UPDATE OF status, priority, assignee ON tickets BEGIN
    UPDATE ticket_counts SET tickets = tickets - 1
    WHERE status = old.status AND priority = old.priority AND assignee = coalesce(old.assignee, '');
    INSERT INTO ticket_counts VALUES (new.status, new.priority, coalesce(new.assignee, ''), 1)
    ON CONFLICT DO UPDATE SET tickets = tickets + 1;
END;

CREATE TABLE messages (
    n INTEGER PRIMARY KEY,
    ticket_id TEXT NOT NULL REFERENCES tickets (id),
    position INTEGER NOT NULL,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    name TEXT NOT NULL,
    visibility TEXT NOT NULL,
    body TEXT NOT NULL,
    attachments TEXT NOT NULL DEFAULT '[]',
    UNIQUE (ticket_id, position)
);

CREATE TABLE articles (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    tags TEXT NOT NULL DEFAULT '[]',
    updated_at TEXT,
    sample INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE canned (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    tags TEXT NOT NULL DEFAULT '[]',
    sample INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE drafts (
    ticket_id TEXT PRIMARY KEY REFERENCES tickets (id),
    body TEXT NOT NULL,
    saved_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE proposals (
    id TEXT PRIMARY KEY,
    ticket_id TEXT NOT NULL REFERENCES tickets (id),
    tool TEXT NOT NULL,
    arguments TEXT NOT NULL,
    asked TEXT NOT NULL,                  -- digest of tool and arguments without the version
    base_version INTEGER NOT NULL,
    proposer TEXT NOT NULL,
    proposer_role TEXT NOT NULL,
    run TEXT NOT NULL,
    why TEXT NOT NULL,
    filed_at INTEGER NOT NULL,
    expires_at INTEGER,
    edited_by TEXT,
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at INTEGER,
    reason TEXT,
    result_version INTEGER
) WITHOUT ROWID;
CREATE INDEX proposals_waiting ON proposals (filed_at) WHERE state IN ('pending', 'approved');
CREATE INDEX proposals_by_ticket ON proposals (ticket_id, asked);

CREATE TABLE receipts (
    id TEXT PRIMARY KEY,
    proposal_id TEXT NOT NULL REFERENCES proposals (id),
    approver TEXT NOT NULL,
    digest TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    spent_at INTEGER
) WITHOUT ROWID;
CREATE INDEX receipts_by_proposal ON receipts (proposal_id);

-- The log: records are only ever added.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    run TEXT NOT NULL,
    action TEXT NOT NULL,
    tool TEXT NOT NULL,
    ticket TEXT,
    proposal TEXT,
    digest TEXT,
    outcome TEXT NOT NULL,
    version_before INTEGER,
    version_after INTEGER,
    micros INTEGER NOT NULL,
    body_commit TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN
    SELECT raise(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit BEGIN
    SELECT raise(ABORT, 'the audit log is append-only');
END;

-- What was said; may be erased, the chain still verifies.
CREATE TABLE audit_bodies (
    seq INTEGER PRIMARY KEY REFERENCES audit (seq),
    salt BLOB NOT NULL,
    body TEXT NOT NULL
);
