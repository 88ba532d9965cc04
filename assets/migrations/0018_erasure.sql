-- A customer whose data was erased: the row stays, so that tickets belong to somebody, and says nothing but when.
ALTER TABLE customers ADD COLUMN erased_at INTEGER;

-- Nothing comes in for them any more: a model may still be writing, a client may not have heard.
CREATE TRIGGER prepared_for_nobody BEFORE INSERT ON prepared
WHEN EXISTS (SELECT 1 FROM tickets t JOIN customers c ON c.id = t.customer_id
             WHERE t.id = new.ticket_id AND c.erased_at IS NOT NULL) BEGIN
    SELECT raise(IGNORE);
END;
CREATE TRIGGER proposed_to_nobody BEFORE INSERT ON proposals
WHEN new.state = 'pending' AND EXISTS (SELECT 1 FROM tickets t JOIN customers c ON c.id = t.customer_id
             WHERE t.id IN (new.ticket_id, new.other_id) AND c.erased_at IS NOT NULL) BEGIN
    SELECT raise(ABORT, 'the customer was erased');
END;
