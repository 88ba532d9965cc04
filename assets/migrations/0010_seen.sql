-- Up to which version a person has seen a ticket. It is the person's own: no ticket changes by it.
CREATE TABLE seen (
    person TEXT NOT NULL,
    ticket_id TEXT NOT NULL REFERENCES tickets (id),
    version INTEGER NOT NULL,
    PRIMARY KEY (person, ticket_id)
) WITHOUT ROWID;
CREATE INDEX seen_by_ticket ON seen (ticket_id);
