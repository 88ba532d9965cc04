-- Who has which ticket open just now, one row a sitting. A row holds until its time: what a killed program left behind
-- goes by itself.
CREATE TABLE presence (
    sitting TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    ticket_id TEXT NOT NULL REFERENCES tickets (id),
    doing TEXT NOT NULL,                  -- reading, writing
    until INTEGER NOT NULL                -- milliseconds since 1970
) WITHOUT ROWID;

-- A customer's history comes out in its order, however many tickets the desk has.
CREATE INDEX tickets_by_customer_updated ON tickets (customer_id, updated_at DESC, n);
DROP INDEX tickets_by_customer;
