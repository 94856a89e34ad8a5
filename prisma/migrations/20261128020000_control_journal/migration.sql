-- What a control thread learned, in the order in which it learned it, and what each advice knew of it: with both, every decision can be made again.
CREATE TABLE "control_journal" (
    "thread_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "source_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "y" DOUBLE PRECISION,
    "u_y" DOUBLE PRECISION,
    "x_applied" DOUBLE PRECISION,
    "advice_id" UUID,
    "learned_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "control_journal_pkey" PRIMARY KEY ("thread_id","seq"),
    CONSTRAINT "control_journal_kind" CHECK ("kind" IN ('observation', 'reset', 'withdrawal')),
    CONSTRAINT "control_journal_observation" CHECK ("kind" <> 'observation' OR ("y" IS NOT NULL AND "x_applied" IS NOT NULL))
);

CREATE UNIQUE INDEX "control_journal_thread_id_source_id_kind_key" ON "control_journal"("thread_id", "source_id", "kind");
CREATE INDEX "control_journal_thread_id_at_idx" ON "control_journal"("thread_id", "at");
CREATE INDEX "control_step_record_id_idx" ON "control_step"("record_id");

ALTER TABLE "control_thread" ADD COLUMN "learned" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "advice" ADD COLUMN "seen" INTEGER, ADD COLUMN "last_applied" DOUBLE PRECISION, ADD COLUMN "last_advice_id" UUID;

-- What is there already is taken as learned in process order; advices made before this record keep `seen` empty and are not made again.
INSERT INTO "control_journal" ("thread_id", "seq", "kind", "at", "source_id", "version", "y", "u_y", "x_applied", "advice_id")
SELECT q.thread_id, row_number() OVER (PARTITION BY q.thread_id ORDER BY q.at, q.kind DESC, q.source_id), q.kind, q.at, q.source_id, q.version, q.y, q.u_y, q.x_applied, q.advice_id
FROM (
  SELECT s.thread_id, 'observation' AS kind, s.at, s.record_id AS source_id, s.version, s.y, s.u_y, s.x_applied,
    (SELECT r.advice_id FROM run r WHERE r.id = s.run_id AND r.started_at = s.at) AS advice_id
  FROM control_step s
  UNION ALL
  SELECT t.id, 'reset', e.at, e.id,
    COALESCE((SELECT s.version FROM control_step s WHERE s.thread_id = t.id AND s.at >= e.at ORDER BY s.at, s.record_id LIMIT 1), l.version), NULL, NULL, NULL, NULL
  FROM control_thread t JOIN control_loop l ON l.id = t.loop_id
  JOIN equipment_event e ON e.tool = t.tool AND (e.chamber IS NULL OR e.chamber = t.chamber) AND e.kind IN ('pm', 'consumable_change')
) q;
UPDATE control_thread t SET learned = q.n FROM (SELECT thread_id, max(seq) AS n FROM control_journal GROUP BY thread_id) q WHERE q.thread_id = t.id;
