-- A ticket that was merged names the one in which the conversation goes on.
ALTER TABLE tickets ADD COLUMN merged_into TEXT REFERENCES tickets (id);
CREATE INDEX tickets_by_successor ON tickets (merged_into) WHERE merged_into IS NOT NULL;

-- The second ticket of a proposal: the one to be merged in; once a message was split off, the new one.
ALTER TABLE proposals ADD COLUMN other_id TEXT REFERENCES tickets (id);
CREATE INDEX proposals_by_other ON proposals (other_id) WHERE other_id IS NOT NULL;
