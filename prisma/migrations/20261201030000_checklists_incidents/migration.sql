-- ---- checklists ----------------------------------------------------------------------------------------------------
CREATE TABLE "checklist" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    -- the version in force; 0: none yet
    "version" INTEGER NOT NULL DEFAULT 0,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),
    "retired_by" TEXT,
    "retired_reason" TEXT,
    CONSTRAINT "checklist_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "checklist_retired" CHECK (("retired_at" IS NULL) = ("retired_by" IS NULL) AND ("retired_at" IS NULL) = ("retired_reason" IS NULL))
);
CREATE UNIQUE INDEX "checklist_name_key" ON "checklist"("name");

CREATE TABLE "checklist_version" (
    "checklist_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    -- draft: changed as it is typed; proposed: waits for a second person; in_force: it holds, or did until a later one came
    "state" TEXT NOT NULL,
    -- counts the changes of a draft, so that of two editors the second is told
    "revision" INTEGER NOT NULL DEFAULT 1,
    "content" JSONB NOT NULL,
    -- who changed it last, and why it is put in force; null while nobody asked for it
    "author" TEXT NOT NULL,
    "reason" TEXT,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "decision_reason" TEXT,
    CONSTRAINT "checklist_version_pkey" PRIMARY KEY ("checklist_id", "version"),
    CONSTRAINT "checklist_version_checklist_id_fkey" FOREIGN KEY ("checklist_id") REFERENCES "checklist"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "checklist_version_state" CHECK ("state" IN ('draft', 'proposed', 'in_force')),
    CONSTRAINT "checklist_version_reason" CHECK ("state" = 'draft' OR "reason" IS NOT NULL),
    CONSTRAINT "checklist_version_decided" CHECK (("decided_by" IS NULL) = ("decided_at" IS NULL) AND ("state" <> 'in_force' OR "decided_by" IS NOT NULL))
);
-- One draft a checklist: two would have to be merged by hand.
CREATE UNIQUE INDEX "checklist_version_open" ON "checklist_version"("checklist_id") WHERE "state" <> 'in_force';

-- In order: the first that fits an alert is its own.
ALTER TABLE "alert_policy" ADD COLUMN "checklists" UUID[] NOT NULL DEFAULT '{}';
ALTER TABLE "alert_policy" ADD COLUMN "close_needs_checklist" BOOLEAN NOT NULL DEFAULT false;

-- ---- the run of a checklist ----------------------------------------------------------------------------------------
ALTER TABLE "alert"
  ADD COLUMN "checklist_id" UUID,
  ADD COLUMN "checklist_version" INTEGER,
  ADD COLUMN "checklist_state" TEXT,
  ADD COLUMN "checklist_step" TEXT,
  ADD COLUMN "checklist_round" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "alert"
  ADD CONSTRAINT "alert_checklist_state" CHECK ("checklist_state" IN ('waiting', 'running', 'finished')),
  ADD CONSTRAINT "alert_checklist_whole" CHECK (("checklist_id" IS NULL) = ("checklist_state" IS NULL) AND ("checklist_id" IS NULL) = ("checklist_version" IS NULL)),
  ADD CONSTRAINT "alert_checklist_step" CHECK (("checklist_state" = 'running') = ("checklist_step" IS NOT NULL) OR "checklist_state" IS NULL),
  ADD CONSTRAINT "alert_checklist_version_fkey" FOREIGN KEY ("checklist_id", "checklist_version") REFERENCES "checklist_version"("checklist_id", "version") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE INDEX "alert_checklist_id_checklist_version_idx" ON "alert"("checklist_id", "checklist_version");

-- Append-only: a step that is taken back is followed by a line that says so.
CREATE TABLE "alert_checklist_line" (
    "id" BIGSERIAL NOT NULL,
    "alert_id" UUID NOT NULL,
    -- a reopened alert goes through its checklist again
    "round" INTEGER NOT NULL,
    -- begun, data, done, answered, skipped, back, finished
    "kind" TEXT NOT NULL,
    -- step that it is about, and the one that it leads to; null: the end
    "step" TEXT NOT NULL,
    "next" TEXT,
    "answer" TEXT,
    "note" TEXT,
    -- what a decision by data was made from, or what shows that an action was done
    "detail" JSONB,
    "actor" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "alert_checklist_line_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "alert_checklist_line_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alert"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "alert_checklist_line_kind" CHECK ("kind" IN ('begun', 'data', 'done', 'answered', 'skipped', 'back', 'finished'))
);
CREATE INDEX "alert_checklist_line_alert_id_round_id_idx" ON "alert_checklist_line"("alert_id", "round", "id");

-- ---- incidents -----------------------------------------------------------------------------------------------------
CREATE TABLE "incident" (
    "id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "area" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "owner" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    CONSTRAINT "incident_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "incident_opened_at_id_idx" ON "incident"("opened_at", "id");

-- Append-only: what was gathered by which rule, what people joined and split, and who took it.
CREATE TABLE "incident_event" (
    "id" BIGSERIAL NOT NULL,
    "incident_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    -- gathered, joined, left, owned
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "alert_id" UUID,
    "version" INTEGER NOT NULL,
    CONSTRAINT "incident_event_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "incident_event_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "incident_event_kind" CHECK ("kind" IN ('gathered', 'joined', 'left', 'owned'))
);
CREATE INDEX "incident_event_incident_id_id_idx" ON "incident_event"("incident_id", "id");

-- Null: of an alert that was settled before there were incidents. An unsettled one begins with an incident of its own, of the same id.
ALTER TABLE "alert" ADD COLUMN "incident_id" UUID;
ALTER TABLE "alert" ADD CONSTRAINT "alert_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
INSERT INTO "incident" ("id", "title", "area", "opened_at", "owner") SELECT "id", "title", "area", "raised_at", "assignee" FROM "alert" WHERE "state" NOT IN ('closed', 'verified');
UPDATE "alert" SET "incident_id" = "id" WHERE "state" NOT IN ('closed', 'verified');
CREATE INDEX "alert_incident_id_idx" ON "alert"("incident_id");
