-- An account that is disabled is signed out and refused.
ALTER TABLE "user" ADD COLUMN "disabled_at" TIMESTAMPTZ(3);

-- Sign-in attempts of the last minutes, by what they are counted for.
CREATE TABLE "sign_in_attempt" (
    "id" BIGSERIAL NOT NULL,
    "bucket" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "sign_in_attempt_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "sign_in_attempt_bucket_at_idx" ON "sign_in_attempt"("bucket", "at");
CREATE INDEX "sign_in_attempt_at_idx" ON "sign_in_attempt"("at");

-- The audit page reads by time and by person.
CREATE INDEX "audit_entry_at_idx" ON "audit_entry"("at");
CREATE INDEX "audit_entry_actor_at_idx" ON "audit_entry"("actor", "at");
