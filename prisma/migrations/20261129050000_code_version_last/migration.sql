-- The running version of a stage is the one that began last, also after a rollback.
ALTER TABLE "code_version" ADD COLUMN "last_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
UPDATE "code_version" SET "last_at" = "first_at";
