-- CreateIndex
CREATE INDEX "spectrum_station_measured_at_idx" ON "spectrum"("station", "measured_at");
