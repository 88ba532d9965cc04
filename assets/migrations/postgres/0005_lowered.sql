-- Small letters of every alphabet, whatever the locale of the database is.
DO $$
DECLARE
    letters text := '';
BEGIN
    IF EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu') THEN
        letters := ' COLLATE "und-x-icu"';
    ELSIF EXISTS (SELECT FROM pg_collation WHERE collname = 'pg_c_utf8') THEN
        letters := ' COLLATE pg_c_utf8';
    END IF;
    EXECUTE format('CREATE FUNCTION lowered(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS %L',
                   'SELECT lower($1' || letters || ')');
END $$;
