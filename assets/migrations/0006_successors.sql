-- A proposal that was edited or filed anew names the one that stands in its place.
ALTER TABLE proposals ADD COLUMN replaced_by TEXT REFERENCES proposals (id);
CREATE INDEX proposals_by_successor ON proposals (replaced_by) WHERE replaced_by IS NOT NULL;
