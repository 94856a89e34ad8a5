-- The orders in which other systems read what grows with time (lib/services/reading): a page is a range of an index.
CREATE INDEX "run_started_at_id_idx" ON "run"("started_at", "id");
CREATE INDEX "measurement_measured_at_id_idx" ON "measurement"("measured_at", "id");
CREATE INDEX "overlay_measurement_measured_at_id_idx" ON "overlay_measurement"("measured_at", "id");
CREATE INDEX "vm_prediction_started_at_run_id_model_id_idx" ON "vm_prediction"("started_at", "run_id", "model_id");
CREATE INDEX "equipment_event_at_id_idx" ON "equipment_event"("at", "id");
CREATE INDEX "alert_raised_at_id_idx" ON "alert"("raised_at", "id");
