-- Requests that were named by their callers (Idempotency-Key), and what they were answered; kept for a day.
CREATE TABLE answers (
    person TEXT COLLATE "C" NOT NULL,
    route TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    asked TEXT COLLATE "C" NOT NULL,                  -- digest of the whole request
    claimed_at BIGINT NOT NULL,
    status BIGINT,                       -- nothing while it is being done
    headers TEXT,
    body TEXT,
    PRIMARY KEY (person, route, key)
);
CREATE INDEX answers_by_age ON answers (claimed_at);
