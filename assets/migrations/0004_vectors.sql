-- Embeddings of articles, for a search by meaning. Other programs see that there are new ones by the highest number.

CREATE TABLE article_vectors (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    article_n INTEGER NOT NULL UNIQUE,
    model TEXT NOT NULL,                  -- what made them: the model, and which texts it was given
    vectors BLOB NOT NULL                 -- 384 signed bytes for the title, then as many for each passage
);

CREATE TRIGGER articles_reembedded AFTER UPDATE OF title, body ON articles
WHEN (old.title, old.body) IS NOT (new.title, new.body) BEGIN
    DELETE FROM article_vectors WHERE article_n = old.n;
END;
CREATE TRIGGER articles_unembedded AFTER DELETE ON articles BEGIN
    DELETE FROM article_vectors WHERE article_n = old.n;
END;
