-- Tickets that a person has put off: out of that person's views until a time, or until something happens to them.
CREATE TABLE snoozes (
    person TEXT NOT NULL,
    ticket_id TEXT NOT NULL REFERENCES tickets (id),
    until INTEGER NOT NULL,               -- milliseconds since 1970
    version INTEGER NOT NULL,             -- of the ticket: a newer one wakes it
    PRIMARY KEY (person, ticket_id)
) WITHOUT ROWID;
CREATE INDEX snoozes_by_ticket ON snoozes (ticket_id);
