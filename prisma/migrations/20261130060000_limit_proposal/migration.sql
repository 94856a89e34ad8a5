-- Limits are proposed, compared on history and decided; how a site decides is versioned too.

CREATE TABLE "limit_policy" (
    "version" INTEGER NOT NULL,
    -- another engineer approves limits and rules before they hold
    "second_person" BOOLEAN NOT NULL,
    -- first limits of a baseline: apply (they hold and wait for a confirmation), propose (they wait for an approval)
    "first_limits" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "limit_policy_pkey" PRIMARY KEY ("version"),
    CONSTRAINT "limit_policy_first_limits" CHECK ("first_limits" IN ('apply', 'propose'))
);

CREATE TABLE "limit_proposal" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "chart_id" UUID NOT NULL,
    -- study: computed from history; change: entered by an engineer; first: of a baseline
    "kind" TEXT NOT NULL,
    -- version of the chart beside which it was made
    "base_version" INTEGER NOT NULL,
    -- computing, pending, empty (the study gave no limits), approved, rejected, withdrawn
    "state" TEXT NOT NULL,
    -- window and choices of a study
    "options" JSONB,
    -- what it would change; null while it is computed, and where a study gave nothing
    "change" JSONB,
    "study" JSONB,
    -- alarms of the limits in force and of these over the same points
    "comparison" JSONB,
    "author" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    -- the policy when it was made: its author may not approve it
    "second_person" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "computed_at" TIMESTAMPTZ(3),
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "decision_reason" TEXT,
    -- version of the chart that came of it
    "version" INTEGER,

    CONSTRAINT "limit_proposal_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "limit_proposal_chart_id_fkey" FOREIGN KEY ("chart_id") REFERENCES "chart"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "limit_proposal_kind" CHECK ("kind" IN ('study', 'change', 'first')),
    CONSTRAINT "limit_proposal_state" CHECK ("state" IN ('computing', 'pending', 'empty', 'approved', 'rejected', 'withdrawn')),
    CONSTRAINT "limit_proposal_second_person" CHECK ("state" <> 'approved' OR NOT "second_person" OR "decided_by" <> "author"),
    CONSTRAINT "limit_proposal_decided" CHECK (("state" IN ('approved', 'rejected', 'withdrawn')) = ("decided_by" IS NOT NULL))
);

-- One proposal of a chart waits at a time: a newer one never replaces it silently.
CREATE UNIQUE INDEX "limit_proposal_open" ON "limit_proposal"("chart_id") WHERE "state" IN ('computing', 'pending');
CREATE INDEX "limit_proposal_state_created_at_idx" ON "limit_proposal"("state", "created_at");
CREATE INDEX "limit_proposal_chart_id_created_at_idx" ON "limit_proposal"("chart_id", "created_at");

-- First limits are confirmed by a person; those that came before this are as they were taken.
ALTER TABLE "chart_version" ADD COLUMN "confirmed_by" TEXT;
ALTER TABLE "chart_version" ADD COLUMN "confirmed_at" TIMESTAMPTZ(3);
UPDATE "chart_version" SET "confirmed_by" = 'Driftless', "confirmed_at" = "created_at" WHERE "author" = 'Driftless' AND "version" > 1;
CREATE INDEX "chart_version_unconfirmed" ON "chart_version"("chart_id") WHERE "author" = 'Driftless' AND "version" > 1 AND "confirmed_at" IS NULL AND "cancelled_at" IS NULL;
