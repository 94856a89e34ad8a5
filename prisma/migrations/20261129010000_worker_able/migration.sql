-- Since when a worker process could work without a gap: its database and its queue answered. Empty while they do not.
ALTER TABLE "worker_process" ADD COLUMN "able_since" TIMESTAMPTZ(3);
UPDATE "worker_process" SET "able_since" = "started_at";
