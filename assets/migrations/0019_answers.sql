-- Requests that were named by their callers (Idempotency-Key), and what they were answered; kept for a day.
CREATE TABLE answers (
    person TEXT NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    asked TEXT NOT NULL,                  -- digest of the whole request
    claimed_at INTEGER NOT NULL,
    status INTEGER,                       -- nothing while it is being done
    headers TEXT,
    body TEXT,
    PRIMARY KEY (person, route, key)
) WITHOUT ROWID;
CREATE INDEX answers_by_age ON answers (claimed_at);
