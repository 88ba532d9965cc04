-- Full-text search. The indexes keep no text of their own (content=''); triggers keep them right.
--
-- Words go to a Porter index. Scripts that are written without spaces, and Korean, whose words carry their particles,
-- also go to a trigram index; two line feeds behind the text make its last one and two characters findable. The
-- pattern in `unspaced` says which scripts; `query::is_unspaced` says the same in Rust, and a test compares them.

CREATE TABLE unspaced (pattern TEXT NOT NULL);
INSERT INTO unspaced VALUES ('*[฀-໿က-႟ក-៿぀-ㄯ㐀-䶿一-鿿가-힯𠀀-𲎯]*');

CREATE VIRTUAL TABLE article_titles USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE article_bodies USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE article_grams USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram');
CREATE VIRTUAL TABLE article_title_words USING fts5vocab (article_titles, row);
CREATE VIRTUAL TABLE article_body_words USING fts5vocab (article_bodies, row);
CREATE VIRTUAL TABLE article_gram_words USING fts5vocab (article_grams, row);

CREATE TRIGGER articles_indexed AFTER INSERT ON articles BEGIN
    INSERT INTO article_titles (rowid, text) VALUES (new.n, new.title);
    INSERT INTO article_bodies (rowid, text) VALUES (new.n, new.body || ' ' || new.tags);
    INSERT INTO article_grams (rowid, text)
    SELECT new.n, new.title || char(10) || new.body || char(10, 10)
    FROM unspaced WHERE new.title || new.body GLOB pattern;
END;
CREATE TRIGGER articles_reindexed AFTER UPDATE OF title, body, tags ON articles
WHEN (old.title, old.body, old.tags) IS NOT (new.title, new.body, new.tags) BEGIN
    DELETE FROM article_titles WHERE rowid = old.n;
    DELETE FROM article_bodies WHERE rowid = old.n;
    DELETE FROM article_grams WHERE rowid = old.n;
    INSERT INTO article_titles (rowid, text) VALUES (new.n, new.title);
    INSERT INTO article_bodies (rowid, text) VALUES (new.n, new.body || ' ' || new.tags);
    INSERT INTO article_grams (rowid, text)
    SELECT new.n, new.title || char(10) || new.body || char(10, 10)
    FROM unspaced WHERE new.title || new.body GLOB pattern;
END;
CREATE TRIGGER articles_unindexed AFTER DELETE ON articles BEGIN
    DELETE FROM article_titles WHERE rowid = old.n;
    DELETE FROM article_bodies WHERE rowid = old.n;
    DELETE FROM article_grams WHERE rowid = old.n;
END;

-- One row for a ticket's subject and customer, one for each message: a new message adds a row and touches no other.
-- The row number says whose it is: the ticket's number times 2^20, plus 0 for the subject or the position plus 1.
CREATE VIRTUAL TABLE ticket_words USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE ticket_grams USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram'
);
CREATE VIRTUAL TABLE ticket_gram_words USING fts5vocab (ticket_grams, row);

CREATE TRIGGER tickets_indexed AFTER INSERT ON tickets BEGIN
    INSERT INTO ticket_words (rowid, text) VALUES (new.n << 20, new.subject || ' ' || new.customer_name);
    INSERT INTO ticket_grams (rowid, text)
    SELECT new.n << 20, new.subject || char(10) || new.customer_name || char(10, 10)
    FROM unspaced WHERE new.subject || new.customer_name GLOB pattern;
END;
CREATE TRIGGER tickets_reindexed AFTER UPDATE OF subject, customer_name ON tickets
WHEN (old.subject, old.customer_name) IS NOT (new.subject, new.customer_name) BEGIN
    DELETE FROM ticket_words WHERE rowid = old.n << 20;
    DELETE FROM ticket_grams WHERE rowid = old.n << 20;
    INSERT INTO ticket_words (rowid, text) VALUES (new.n << 20, new.subject || ' ' || new.customer_name);
    INSERT INTO ticket_grams (rowid, text)
    SELECT new.n << 20, new.subject || char(10) || new.customer_name || char(10, 10)
    FROM unspaced WHERE new.subject || new.customer_name GLOB pattern;
END;
CREATE TRIGGER tickets_unindexed AFTER DELETE ON tickets BEGIN
    DELETE FROM ticket_words WHERE rowid = old.n << 20;
    DELETE FROM ticket_grams WHERE rowid = old.n << 20;
END;

CREATE TRIGGER messages_indexed AFTER INSERT ON messages WHEN new.position < 1048575 BEGIN
    INSERT INTO ticket_words (rowid, text)
    SELECT (n << 20) + new.position + 1, substr(new.body, 1, 20000) FROM tickets WHERE id = new.ticket_id;
    INSERT INTO ticket_grams (rowid, text)
    SELECT (n << 20) + new.position + 1, substr(new.body, 1, 20000) || char(10, 10) FROM tickets, unspaced
    WHERE id = new.ticket_id AND substr(new.body, 1, 20000) GLOB pattern;
END;
CREATE TRIGGER messages_reindexed AFTER UPDATE OF body ON messages
WHEN old.body IS NOT new.body AND new.position < 1048575 BEGIN
    DELETE FROM ticket_words
    WHERE rowid = (SELECT (n << 20) + old.position + 1 FROM tickets WHERE id = old.ticket_id);
    DELETE FROM ticket_grams
    WHERE rowid = (SELECT (n << 20) + old.position + 1 FROM tickets WHERE id = old.ticket_id);
    INSERT INTO ticket_words (rowid, text)
    SELECT (n << 20) + new.position + 1, substr(new.body, 1, 20000) FROM tickets WHERE id = new.ticket_id;
    INSERT INTO ticket_grams (rowid, text)
    SELECT (n << 20) + new.position + 1, substr(new.body, 1, 20000) || char(10, 10) FROM tickets, unspaced
    WHERE id = new.ticket_id AND substr(new.body, 1, 20000) GLOB pattern;
END;
CREATE TRIGGER messages_unindexed AFTER DELETE ON messages WHEN old.position < 1048575 BEGIN
    DELETE FROM ticket_words
    WHERE rowid = (SELECT (n << 20) + old.position + 1 FROM tickets WHERE id = old.ticket_id);
    DELETE FROM ticket_grams
    WHERE rowid = (SELECT (n << 20) + old.position + 1 FROM tickets WHERE id = old.ticket_id);
END;

-- A desk that was written before this migration.
INSERT INTO article_titles (rowid, text) SELECT n, title FROM articles;
INSERT INTO article_bodies (rowid, text) SELECT n, body || ' ' || tags FROM articles;
INSERT INTO article_grams (rowid, text) SELECT n, title || char(10) || body || char(10, 10) FROM articles, unspaced
WHERE title || body GLOB pattern;
INSERT INTO ticket_words (rowid, text) SELECT n << 20, subject || ' ' || customer_name FROM tickets;
INSERT INTO ticket_grams (rowid, text)
SELECT n << 20, subject || char(10) || customer_name || char(10, 10) FROM tickets, unspaced
WHERE subject || customer_name GLOB pattern;
INSERT INTO ticket_words (rowid, text)
SELECT (tickets.n << 20) + position + 1, substr(body, 1, 20000)
FROM messages JOIN tickets ON tickets.id = ticket_id WHERE position < 1048575;
INSERT INTO ticket_grams (rowid, text)
SELECT (tickets.n << 20) + position + 1, substr(body, 1, 20000) || char(10, 10)
FROM messages JOIN tickets ON tickets.id = ticket_id, unspaced
WHERE position < 1048575 AND substr(body, 1, 20000) GLOB pattern;
