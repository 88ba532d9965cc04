-- The desk in PostgreSQL: the same tables as in SQLite, column for column, so that a desk can be copied either way.
-- Times are milliseconds since 1970, UTC; in the audit log they are RFC 3339 text, as hashed. JSON is text, as digested.

CREATE TABLE meta (key TEXT COLLATE "C" PRIMARY KEY, value TEXT NOT NULL);

-- The end of the log, and how often the desk has changed. Whoever writes locks this row first: so the log has no gap
-- and no fork, whichever of several servers writes, and no two writers wait for each other in a circle.
CREATE TABLE head (
    one BOOLEAN PRIMARY KEY DEFAULT true CHECK (one),
    size BIGINT NOT NULL,
    hash TEXT NOT NULL,
    revision BIGINT NOT NULL,
    articles BIGINT NOT NULL              -- goes up with every change of an article: servers keep an index of them
);

CREATE TABLE people (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL
);

CREATE TABLE customers (
    n BIGINT NOT NULL UNIQUE,
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    plan TEXT NOT NULL DEFAULT '',
    locale TEXT NOT NULL DEFAULT '',
    since TEXT,
    notes TEXT NOT NULL DEFAULT '',
    sample BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX customers_by_email ON customers (email);

CREATE TABLE tickets (
    n BIGINT NOT NULL UNIQUE,
    id TEXT COLLATE "C" PRIMARY KEY,
    external_id TEXT COLLATE "C" NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    priority BIGINT NOT NULL,             -- 0 urgent, 1 high, 2 normal, 3 low
    tags TEXT NOT NULL DEFAULT '[]',
    assignee TEXT COLLATE "C" REFERENCES people (id) DEFERRABLE,
    customer_id TEXT COLLATE "C" NOT NULL REFERENCES customers (id) DEFERRABLE,
    customer_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    due_at BIGINT,
    messages BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1,
    sample BIGINT NOT NULL DEFAULT 0,
    merged_into TEXT COLLATE "C" REFERENCES tickets (id) DEFERRABLE
);
CREATE INDEX tickets_by_priority ON tickets (priority, coalesce(due_at, 9223372036854775807), n);
CREATE INDEX tickets_by_due ON tickets (coalesce(due_at, 9223372036854775807), priority, n);
CREATE INDEX tickets_by_updated ON tickets (updated_at DESC, n);
CREATE INDEX tickets_by_created ON tickets (created_at DESC, n);
CREATE INDEX tickets_by_customer_updated ON tickets (customer_id, updated_at DESC, n);
CREATE INDEX tickets_by_assignee ON tickets (assignee);
CREATE INDEX tickets_by_successor ON tickets (merged_into) WHERE merged_into IS NOT NULL;

-- How many tickets there are by what people filter on, so that a page need not count 100,000 rows. Writers come one at
-- a time: no two of them wait for the same count.
CREATE TABLE ticket_counts (
    status TEXT COLLATE "C" NOT NULL,
    priority BIGINT NOT NULL,
    assignee TEXT COLLATE "C" NOT NULL,   -- '' for nobody
    tickets BIGINT NOT NULL,
    PRIMARY KEY (status, priority, assignee)
);
CREATE FUNCTION tickets_counted_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ticket_counts AS c
    SELECT status, priority, coalesce(assignee, ''), count(*) FROM added GROUP BY 1, 2, 3
    ON CONFLICT (status, priority, assignee) DO UPDATE SET tickets = c.tickets + excluded.tickets;
    RETURN NULL;
END $$;
CREATE TRIGGER tickets_counted_in AFTER INSERT ON tickets
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tickets_counted_in();
CREATE FUNCTION tickets_counted_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ticket_counts SET tickets = tickets - 1
    WHERE status = old.status AND priority = old.priority AND assignee = coalesce(old.assignee, '');
    INSERT INTO ticket_counts AS c VALUES (new.status, new.priority, coalesce(new.assignee, ''), 1)
    ON CONFLICT (status, priority, assignee) DO UPDATE SET tickets = c.tickets + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER tickets_counted_over AFTER UPDATE OF status, priority, assignee ON tickets
FOR EACH ROW WHEN ((old.status, old.priority, old.assignee) IS DISTINCT FROM (new.status, new.priority, new.assignee))
EXECUTE FUNCTION tickets_counted_over();

CREATE TABLE messages (
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES tickets (id) DEFERRABLE,
    position BIGINT NOT NULL,
    at BIGINT NOT NULL,
    author TEXT NOT NULL,
    name TEXT NOT NULL,
    visibility TEXT NOT NULL,
    body TEXT NOT NULL,
    attachments TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (ticket_id, position)
);

-- What a search over tickets looks in: one row for a ticket's subject and customer, one for each message. The number
-- says whose it is: the ticket's number times 2^20, plus 0 for the subject or the position plus 1. The words are stems,
-- made by the program, which makes those of a query the same way in every language and locale of the database.
CREATE TABLE ticket_words (
    place BIGINT PRIMARY KEY,
    words TSVECTOR NOT NULL
);
CREATE INDEX ticket_words_by_word ON ticket_words USING gin (words);

CREATE TABLE articles (
    n BIGINT NOT NULL UNIQUE,
    id TEXT COLLATE "C" PRIMARY KEY,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    tags TEXT NOT NULL DEFAULT '[]',
    updated_at TEXT,
    sample BIGINT NOT NULL DEFAULT 0
);

CREATE FUNCTION articles_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE head SET articles = articles + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER articles_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON articles
FOR EACH STATEMENT EXECUTE FUNCTION articles_changed();

-- Embeddings of articles, for a search by meaning.
CREATE TABLE article_vectors (
    article_n BIGINT PRIMARY KEY,
    model TEXT NOT NULL,
    vectors BYTEA NOT NULL
);
CREATE FUNCTION articles_reembedded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM article_vectors WHERE article_n = old.n;
    RETURN NULL;
END $$;
CREATE TRIGGER articles_reembedded AFTER UPDATE OF title, body ON articles
FOR EACH ROW WHEN ((old.title, old.body) IS DISTINCT FROM (new.title, new.body))
EXECUTE FUNCTION articles_reembedded();
CREATE TRIGGER articles_unembedded AFTER DELETE ON articles FOR EACH ROW EXECUTE FUNCTION articles_reembedded();

CREATE TABLE canned (
    id TEXT COLLATE "C" PRIMARY KEY,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    tags TEXT NOT NULL DEFAULT '[]',
    sample BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE drafts (
    ticket_id TEXT COLLATE "C" PRIMARY KEY REFERENCES tickets (id) DEFERRABLE,
    body TEXT NOT NULL,
    saved_at BIGINT NOT NULL
);

CREATE TABLE proposals (
    id TEXT COLLATE "C" PRIMARY KEY,
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES tickets (id) DEFERRABLE,
    tool TEXT NOT NULL,
    arguments TEXT NOT NULL,
    asked TEXT NOT NULL,                  -- digest of tool and arguments without the version
    base_version BIGINT NOT NULL,
    proposer TEXT NOT NULL,
    proposer_role TEXT NOT NULL,
    run TEXT NOT NULL,
    why TEXT NOT NULL,
    filed_at BIGINT NOT NULL,
    expires_at BIGINT,
    edited_by TEXT,
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    reason TEXT,
    result_version BIGINT,
    replaced_by TEXT COLLATE "C" REFERENCES proposals (id) DEFERRABLE,
    other_id TEXT COLLATE "C" REFERENCES tickets (id) DEFERRABLE
);
CREATE INDEX proposals_waiting ON proposals (filed_at) WHERE state IN ('pending', 'approved');
CREATE INDEX proposals_by_ticket ON proposals (ticket_id, asked);
CREATE INDEX proposals_by_successor ON proposals (replaced_by) WHERE replaced_by IS NOT NULL;
CREATE INDEX proposals_by_other ON proposals (other_id) WHERE other_id IS NOT NULL;

CREATE TABLE receipts (
    id TEXT COLLATE "C" PRIMARY KEY,
    proposal_id TEXT COLLATE "C" NOT NULL REFERENCES proposals (id) DEFERRABLE,
    approver TEXT NOT NULL,
    digest TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at BIGINT
);
CREATE INDEX receipts_by_proposal ON receipts (proposal_id);

-- The log: records are only ever added.
CREATE TABLE audit (
    seq BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    run TEXT NOT NULL,
    action TEXT NOT NULL,
    tool TEXT NOT NULL,
    ticket TEXT,
    proposal TEXT,
    digest TEXT,
    outcome TEXT NOT NULL,
    version_before BIGINT,
    version_after BIGINT,
    micros BIGINT NOT NULL,
    body_commit TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END $$;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
-- The suggestion that a reply began with is looked up in the log.
CREATE INDEX audit_suggestions ON audit (ticket, seq) WHERE tool = 'suggest_response' AND action = 'read';

-- What was said; may be erased, the chain still verifies.
CREATE TABLE audit_bodies (
    seq BIGINT PRIMARY KEY REFERENCES audit (seq) DEFERRABLE,
    salt BYTEA NOT NULL,
    body TEXT NOT NULL
);

-- What models took, for the caps of a day and of a ticket.
CREATE TABLE spending (
    n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    ticket_id TEXT COLLATE "C" NOT NULL,
    made_by TEXT COLLATE "C" NOT NULL,
    prompt TEXT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    micro_usd BIGINT NOT NULL
);
CREATE INDEX spending_by_day ON spending (at);
CREATE INDEX spending_by_ticket ON spending (ticket_id);

-- What a model has written about a ticket at a version; the newest of its kind.
CREATE TABLE prepared (
    ticket_id TEXT COLLATE "C" NOT NULL,
    tool TEXT NOT NULL,
    tone TEXT NOT NULL,                   -- '' where it has none
    version BIGINT NOT NULL,
    prompt TEXT NOT NULL,
    content TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, tool, tone)
);

-- Who works on a ticket right now, of the workers that share the desk.
CREATE TABLE leases (
    ticket_id TEXT COLLATE "C" PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);

-- Up to which version a worker has done all it can for a ticket.
CREATE TABLE worked (
    ticket_id TEXT COLLATE "C" PRIMARY KEY,
    version BIGINT NOT NULL,
    outcome TEXT NOT NULL
);

-- What the desk was taught by its own replies: each lesson that a supervisor has signed or dismissed, once.
CREATE TABLE lessons (
    id TEXT COLLATE "C" PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,                  -- signed or dismissed
    title TEXT NOT NULL,
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    settled_by TEXT NOT NULL,
    settled_at BIGINT NOT NULL
);

-- Tickets that a person has put off: out of that person's views until a time, or until something happens to them.
CREATE TABLE snoozes (
    person TEXT COLLATE "C" NOT NULL,
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES tickets (id) DEFERRABLE,
    until BIGINT NOT NULL,
    version BIGINT NOT NULL,              -- of the ticket: a newer one wakes it
    PRIMARY KEY (person, ticket_id)
);
CREATE INDEX snoozes_by_ticket ON snoozes (ticket_id);

-- Up to which version a person has seen a ticket. It is the person's own: no ticket changes by it.
CREATE TABLE seen (
    person TEXT COLLATE "C" NOT NULL,
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES tickets (id) DEFERRABLE,
    version BIGINT NOT NULL,
    PRIMARY KEY (person, ticket_id)
);
CREATE INDEX seen_by_ticket ON seen (ticket_id);

-- Who has which ticket open just now, one row a sitting. A row holds until its time.
CREATE TABLE presence (
    sitting TEXT COLLATE "C" PRIMARY KEY,
    person TEXT COLLATE "C" NOT NULL,
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES tickets (id) DEFERRABLE,
    doing TEXT COLLATE "C" NOT NULL,      -- reading, writing
    until BIGINT NOT NULL
);

-- What people thought of summaries and drafts, as it stands: one row for a person and a text.
CREATE TABLE feedback (
    person TEXT COLLATE "C" NOT NULL,
    ticket_id TEXT COLLATE "C" NOT NULL,
    tool TEXT NOT NULL,
    shown TEXT NOT NULL,                  -- SHA-256 of the text
    tone TEXT NOT NULL,                   -- '' where it has none
    version BIGINT NOT NULL,              -- of the ticket
    made_by TEXT NOT NULL,
    prompt TEXT NOT NULL,                 -- '' for the offline assistant
    thumb TEXT NOT NULL,
    seq BIGINT NOT NULL UNIQUE,           -- the record
    PRIMARY KEY (person, ticket_id, tool, shown)
);
