-- A signal that an alert holds stays its evidence when the point is judged anew and no longer gives it.
ALTER TABLE "violation" ADD COLUMN "withdrawn_at" TIMESTAMPTZ(3);
