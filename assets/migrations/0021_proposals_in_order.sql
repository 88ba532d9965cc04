-- A list of proposals is read a page at a time.
CREATE INDEX proposals_in_order ON proposals (filed_at, id);
