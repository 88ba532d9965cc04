-- What opens the desk to somebody from outside. Of a secret only its SHA-256 is kept.
CREATE TABLE credentials (
    id TEXT COLLATE "C" PRIMARY KEY,
    principal TEXT COLLATE "C" NOT NULL REFERENCES people (id) DEFERRABLE,
    kind TEXT NOT NULL,                   -- token or certificate
    hash TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL,                  -- which tickets a bot sees, as JSON
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    revoked_by TEXT COLLATE "C",
    last_used TEXT                        -- a day
);
CREATE INDEX credentials_by_principal ON credentials (principal);

-- Goes up whenever somebody may do more or less than before: what a process remembers of it is good until then.
INSERT INTO meta VALUES ('access', '0');
CREATE FUNCTION access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE meta SET value = (value::bigint + 1)::text WHERE key = 'access';
    RETURN NULL;
END $$;
CREATE TRIGGER credentials_changed AFTER INSERT OR UPDATE OF principal, hash, scope, expires_at, revoked_at
ON credentials FOR EACH STATEMENT EXECUTE FUNCTION access_changed();
CREATE TRIGGER people_changed AFTER UPDATE OF name, role
ON people FOR EACH STATEMENT EXECUTE FUNCTION access_changed();
