-- A change of a loop that needs a second person waits here until another engineer approves or rejects it.
CREATE TABLE "loop_proposal" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "loop_id" UUID NOT NULL,
    -- change: a new configuration; close: shadow or suspended to closed
    "kind" TEXT NOT NULL,
    "base_version" INTEGER NOT NULL,
    "config" JSONB NOT NULL,
    "author" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    -- what the stability check said when it was proposed
    "judgement" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "decision_reason" TEXT,

    CONSTRAINT "loop_proposal_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "loop_proposal_loop_id_fkey" FOREIGN KEY ("loop_id") REFERENCES "control_loop"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "loop_proposal_kind" CHECK ("kind" IN ('change', 'close')),
    CONSTRAINT "loop_proposal_state" CHECK ("state" IN ('pending', 'approved', 'rejected', 'withdrawn')),
    CONSTRAINT "loop_proposal_second_person" CHECK ("state" <> 'approved' OR "decided_by" <> "author")
);

CREATE INDEX "loop_proposal_loop_id_created_at_idx" ON "loop_proposal"("loop_id", "created_at");
