-- A customer whose data was erased: the row stays, so that tickets belong to somebody, and says nothing but when.
ALTER TABLE customers ADD COLUMN erased_at BIGINT;

-- Nothing comes in for them any more: a model may still be writing, a client may not have heard.
CREATE FUNCTION prepared_for_nobody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM tickets t JOIN customers c ON c.id = t.customer_id
               WHERE t.id = new.ticket_id AND c.erased_at IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER prepared_for_nobody BEFORE INSERT ON prepared FOR EACH ROW EXECUTE FUNCTION prepared_for_nobody();
CREATE FUNCTION proposed_to_nobody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM tickets t JOIN customers c ON c.id = t.customer_id
               WHERE t.id IN (new.ticket_id, new.other_id) AND c.erased_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the customer was erased';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER proposed_to_nobody BEFORE INSERT ON proposals
FOR EACH ROW WHEN (new.state = 'pending') EXECUTE FUNCTION proposed_to_nobody();
