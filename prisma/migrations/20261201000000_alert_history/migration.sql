-- The history of an alert is read in audits: nothing rewrites it.
CREATE FUNCTION alert_history_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of an alert is append-only';
END $$;
CREATE TRIGGER "alert_event_append_only" BEFORE UPDATE OR DELETE ON "alert_event"
  FOR EACH STATEMENT EXECUTE FUNCTION alert_history_append_only();
