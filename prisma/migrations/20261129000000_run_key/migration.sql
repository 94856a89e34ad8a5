-- A record names the run that made what it measured: whose run that is, is asked by its key.
CREATE INDEX "run_key_idx" ON "run"("key");

-- Records that wait for the run that they name: few, and asked with every run that comes.
CREATE INDEX "measurement_waiting_idx" ON "measurement"("run_key") WHERE "run_id" IS NULL AND "run_key" IS NOT NULL;
CREATE INDEX "overlay_measurement_waiting_idx" ON "overlay_measurement"("run_key") WHERE "run_id" IS NULL AND "run_key" IS NOT NULL;
