-- Runs of one instant in one chamber follow each other as they were measured. What was learned before keeps the order in which it was walked.
ALTER TABLE "control_step" ADD COLUMN "measured_at" TIMESTAMPTZ(3);
ALTER TABLE "control_journal" ADD COLUMN "measured_at" TIMESTAMPTZ(3);
