-- Counts the changes of articles: what was worked out from them is right as long as this stays the same.

CREATE TABLE article_editions (edition INTEGER NOT NULL);
INSERT INTO article_editions VALUES (1);
CREATE TRIGGER articles_edition_added AFTER INSERT ON articles BEGIN
    UPDATE article_editions SET edition = edition + 1;
END;
CREATE TRIGGER articles_edition_changed AFTER UPDATE ON articles BEGIN
    UPDATE article_editions SET edition = edition + 1;
END;
CREATE TRIGGER articles_edition_removed AFTER DELETE ON articles BEGIN
    UPDATE article_editions SET edition = edition + 1;
END;
