-- What opens the desk to somebody from outside. Of a secret only its SHA-256 is kept.
CREATE TABLE credentials (
    id TEXT PRIMARY KEY,
    principal TEXT NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,                   -- token or certificate
    hash TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL,                  -- which tickets a bot sees, as JSON
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    revoked_by TEXT,
    last_used TEXT                        -- a day
) WITHOUT ROWID;
CREATE INDEX credentials_by_principal ON credentials (principal);

-- Goes up whenever somebody may do more or less than before: what a process remembers of it is good until then.
INSERT INTO meta VALUES ('access', '0');
CREATE TRIGGER credentials_given AFTER INSERT ON credentials BEGIN
    UPDATE meta SET value = value + 1 WHERE key = 'access';
END;
CREATE TRIGGER credentials_changed AFTER UPDATE OF principal, hash, scope, expires_at, revoked_at ON credentials BEGIN
    UPDATE meta SET value = value + 1 WHERE key = 'access';
END;
CREATE TRIGGER people_changed AFTER UPDATE OF name, role ON people BEGIN
    UPDATE meta SET value = value + 1 WHERE key = 'access';
END;
