-- ---- the alert's own columns --------------------------------------------------------------------------------------
ALTER TABLE "alert"
  ADD COLUMN "acknowledged_at" TIMESTAMPTZ(3),
  ADD COLUMN "waiting_for" TEXT,
  ADD COLUMN "waiting_until" TIMESTAMPTZ(3),
  ADD COLUMN "due_at" TIMESTAMPTZ(3),
  ADD COLUMN "policy_area" TEXT,
  ADD COLUMN "policy_severity" TEXT,
  ADD COLUMN "policy_version" INTEGER,
  ADD COLUMN "clock_from" TIMESTAMPTZ(3),
  ADD COLUMN "steps_done" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "wake_at" TIMESTAMPTZ(3),
  ADD COLUMN "snoozed_at" TIMESTAMPTZ(3),
  ADD COLUMN "snoozed_until" TIMESTAMPTZ(3),
  ADD COLUMN "snooze_reason" TEXT,
  ADD COLUMN "action_code" TEXT,
  ADD COLUMN "check_state" TEXT,
  ADD COLUMN "check_points" INTEGER,
  ADD COLUMN "check_from" TIMESTAMPTZ(3),
  ADD COLUMN "check_records" UUID[] NOT NULL DEFAULT '{}',
  ADD COLUMN "check_reason" TEXT;
ALTER TABLE "alert"
  ADD CONSTRAINT "alert_check_state" CHECK ("check_state" IN ('running', 'passed', 'failed', 'waived')),
  ADD CONSTRAINT "alert_check_whole" CHECK ("check_state" IS NULL OR ("check_points" >= 1 AND "check_from" IS NOT NULL)),
  ADD CONSTRAINT "alert_snooze_whole" CHECK (("snoozed_at" IS NULL) = ("snoozed_until" IS NULL) AND ("snoozed_until" IS NULL OR "snooze_reason" IS NOT NULL)),
  ADD CONSTRAINT "alert_waiting_whole" CHECK ("state" <> 'waiting' OR "waiting_for" IS NOT NULL);

-- One unsettled alert per cause: a verified one makes room for the next as a closed one does.
CREATE UNIQUE INDEX "alert_one_unsettled_per_cause" ON "alert" ("dedupe_key") WHERE "state" NOT IN ('closed', 'verified');
DROP INDEX "alert_one_open_per_cause";
CREATE INDEX "alert_wake" ON "alert" ("wake_at") WHERE "wake_at" IS NOT NULL;
CREATE INDEX "alert_checks" ON "alert" ("chart_id") WHERE "check_state" = 'running';

UPDATE "alert" a SET "acknowledged_at" = e."at" FROM (
  SELECT "alert_id", min("at") AS "at" FROM "alert_event" WHERE "kind" = 'acknowledged' GROUP BY "alert_id") e WHERE e."alert_id" = a."id";

-- The version of the alert after the event: what changed since a version is what came after it.
ALTER TABLE "alert_event" ADD COLUMN "alert_version" INTEGER;

-- ---- who is told in person -----------------------------------------------------------------------------------------
CREATE TABLE "alert_notice" (
    "alert_event_id" BIGINT NOT NULL,
    "email" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "delivered_at" TIMESTAMPTZ(3),
    CONSTRAINT "alert_notice_pkey" PRIMARY KEY ("alert_event_id", "email"),
    CONSTRAINT "alert_notice_alert_event_id_fkey" FOREIGN KEY ("alert_event_id") REFERENCES "alert_event"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "alert_notice_state" CHECK ("state" IN ('pending', 'delivered', 'failed', 'on_screen'))
);
CREATE INDEX "alert_notice_email_created_at_idx" ON "alert_notice"("email", "created_at");

-- ---- policies ------------------------------------------------------------------------------------------------------
CREATE TABLE "alert_policy" (
    "area" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "due_min" INTEGER NOT NULL,
    "steps" JSONB NOT NULL,
    "snooze_max_min" INTEGER NOT NULL,
    "check_points" INTEGER NOT NULL,
    "hold_scope" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "alert_policy_pkey" PRIMARY KEY ("area", "severity", "version"),
    CONSTRAINT "alert_policy_severity" CHECK ("severity" IN ('high', 'medium', 'low')),
    CONSTRAINT "alert_policy_numbers" CHECK ("due_min" >= 1 AND "snooze_max_min" >= 0 AND "check_points" >= 0),
    CONSTRAINT "alert_policy_hold_scope" CHECK ("hold_scope" IN ('none', 'lot', 'tool', 'chamber'))
);
INSERT INTO "alert_policy" ("area", "severity", "version", "due_min", "steps", "snooze_max_min", "check_points", "hold_scope", "author", "reason") VALUES
  ('*', 'high', 1, 240, '[{"afterMin": 30, "while": "unacknowledged", "to": [{"role": "engineer"}]}, {"afterMin": 240, "while": "unclosed", "to": [{"role": "engineer"}]}]', 480, 5, 'none', 'Driftless', 'as delivered'),
  ('*', 'medium', 1, 1440, '[{"afterMin": 480, "while": "unacknowledged", "to": [{"role": "engineer"}]}]', 1440, 5, 'none', 'Driftless', 'as delivered'),
  ('*', 'low', 1, 4320, '[]', 4320, 5, 'none', 'Driftless', 'as delivered');

-- ---- codes ---------------------------------------------------------------------------------------------------------
CREATE TABLE "alert_code" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "kind" TEXT NOT NULL,
    "area" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,
    "retired_at" TIMESTAMPTZ(3),
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "alert_code_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "alert_code_kind" CHECK ("kind" IN ('cause', 'action'))
);
CREATE UNIQUE INDEX "alert_code_kind_area_code_key" ON "alert_code"("kind", "area", "code");
INSERT INTO "alert_code" ("kind", "area", "code", "label", "position", "created_by") VALUES
  ('cause', '*', 'process_drift', 'Process drift', 1, 'Driftless'),
  ('cause', '*', 'equipment_fault', 'Equipment fault', 2, 'Driftless'),
  ('cause', '*', 'consumable', 'Consumable', 3, 'Driftless'),
  ('cause', '*', 'wrong_recipe', 'Wrong recipe', 4, 'Driftless'),
  ('cause', '*', 'sensor_fault', 'Sensor fault', 5, 'Driftless'),
  ('cause', '*', 'metrology', 'Metrology', 6, 'Driftless'),
  ('cause', '*', 'after_maintenance', 'After maintenance', 7, 'Driftless'),
  ('cause', '*', 'unknown', 'Unknown', 8, 'Driftless'),
  ('action', '*', 'none', 'Nothing changed', 1, 'Driftless'),
  ('action', '*', 'maintenance', 'Maintenance', 2, 'Driftless'),
  ('action', '*', 'part_replaced', 'Part replaced', 3, 'Driftless'),
  ('action', '*', 'recipe_changed', 'Recipe or setpoint changed', 4, 'Driftless'),
  ('action', '*', 'recalibrated', 'Gauge recalibrated', 5, 'Driftless'),
  ('action', '*', 're_measured', 'Measured again', 6, 'Driftless');

-- ---- dispositions --------------------------------------------------------------------------------------------------
-- Append-only: the newest line of a lot, or of a wafer of it, is in force. Slot 0 is the whole lot.
CREATE TABLE "alert_disposition" (
    "id" BIGSERIAL NOT NULL,
    "alert_id" UUID NOT NULL,
    "lot" TEXT NOT NULL,
    "slot" SMALLINT NOT NULL DEFAULT 0,
    "decision" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "alert_disposition_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "alert_disposition_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alert"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "alert_disposition_slot" CHECK ("slot" BETWEEN 0 AND 25),
    CONSTRAINT "alert_disposition_decision" CHECK ("decision" IN ('use_as_is', 'rework', 'scrap', 're_measure', 'hold'))
);
CREATE INDEX "alert_disposition_alert_id_lot_slot_id_idx" ON "alert_disposition"("alert_id", "lot", "slot", "id");
CREATE INDEX "alert_disposition_lot_idx" ON "alert_disposition"("lot");
-- A closed alert had one disposition for its wafers: it becomes that of its lot. A false alarm leaves the wafers as they are.
INSERT INTO "alert_disposition" ("alert_id", "lot", "slot", "decision", "reason", "author", "at")
SELECT a."id", a."lot", COALESCE(a."slot", 0), CASE a."disposition" WHEN 'false_alarm' THEN 'use_as_is' ELSE a."disposition" END,
  CASE a."disposition" WHEN 'false_alarm' THEN 'false alarm: ' || COALESCE(a."action", '') ELSE COALESCE(a."action", 'closed') END,
  COALESCE((SELECT e."actor" FROM "alert_event" e WHERE e."alert_id" = a."id" AND e."kind" = 'closed' ORDER BY e."id" DESC LIMIT 1), 'Driftless'), COALESCE(a."closed_at", a."last_at")
FROM "alert" a WHERE a."state" = 'closed' AND a."lot" IS NOT NULL AND a."disposition" IN ('use_as_is', 'rework', 'scrap', 're_measure', 'false_alarm');

-- ---- holds ---------------------------------------------------------------------------------------------------------
CREATE TABLE "process_hold" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "scope" TEXT NOT NULL,
    "lot" TEXT,
    "tool" TEXT,
    "chamber" TEXT,
    "reason" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "placed_by" TEXT NOT NULL,
    "placed_at" TIMESTAMPTZ(3) NOT NULL,
    "alert_id" UUID,
    "released_at" TIMESTAMPTZ(3),
    "released_by" TEXT,
    "release_reason" TEXT,
    CONSTRAINT "process_hold_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "process_hold_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alert"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "process_hold_source" CHECK ("source" IN ('person', 'policy', 'mes')),
    CONSTRAINT "process_hold_subject" CHECK (
      ("scope" = 'lot' AND "lot" IS NOT NULL AND "tool" IS NULL AND "chamber" IS NULL)
      OR ("scope" = 'tool' AND "lot" IS NULL AND "tool" IS NOT NULL AND "chamber" IS NULL)
      OR ("scope" = 'chamber' AND "lot" IS NULL AND "tool" IS NOT NULL AND "chamber" IS NOT NULL)),
    CONSTRAINT "process_hold_release" CHECK (("released_at" IS NULL) = ("released_by" IS NULL) AND ("released_at" IS NULL) = ("release_reason" IS NULL))
);
-- One active hold per scope and subject.
CREATE UNIQUE INDEX "process_hold_active" ON "process_hold" ("scope", COALESCE("lot", ''), COALESCE("tool", ''), COALESCE("chamber", '')) WHERE "released_at" IS NULL;
CREATE INDEX "process_hold_placed_at_idx" ON "process_hold"("placed_at");
CREATE INDEX "process_hold_lot_idx" ON "process_hold"("lot");
CREATE INDEX "process_hold_tool_idx" ON "process_hold"("tool");
CREATE INDEX "process_hold_alert_id_idx" ON "process_hold"("alert_id");

-- What a MES is asked for a hold: sent again until it acknowledges.
CREATE TABLE "hold_message" (
    "id" BIGSERIAL NOT NULL,
    "hold_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "event" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'asked',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "status_code" INTEGER,
    "error" TEXT,
    "next_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "acknowledged_at" TIMESTAMPTZ(3),
    "acknowledged_by" TEXT,
    CONSTRAINT "hold_message_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "hold_message_hold_id_fkey" FOREIGN KEY ("hold_id") REFERENCES "process_hold"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "hold_message_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "notify_channel"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "hold_message_event" CHECK ("event" IN ('placed', 'released')),
    CONSTRAINT "hold_message_state" CHECK ("state" IN ('asked', 'acknowledged', 'superseded'))
);
CREATE UNIQUE INDEX "hold_message_hold_id_channel_id_event_key" ON "hold_message"("hold_id", "channel_id", "event");
CREATE INDEX "hold_message_due" ON "hold_message" ("next_at") WHERE "state" = 'asked';

-- ---- measurements that are asked for again -------------------------------------------------------------------------
CREATE TABLE "measurement_request" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "alert_id" UUID,
    "lot" TEXT NOT NULL,
    "slot" SMALLINT NOT NULL DEFAULT 0,
    "operation" TEXT NOT NULL,
    "parameter" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT NOT NULL,
    "asked_by" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "measurement_id" UUID,
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,
    "end_reason" TEXT,
    CONSTRAINT "measurement_request_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "measurement_request_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alert"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "measurement_request_slot" CHECK ("slot" BETWEEN 0 AND 25),
    CONSTRAINT "measurement_request_state" CHECK ("state" IN ('open', 'fulfilled', 'withdrawn')),
    CONSTRAINT "measurement_request_whole" CHECK (("state" = 'open') = ("ended_at" IS NULL) AND ("state" = 'fulfilled') = ("measurement_id" IS NOT NULL))
);
CREATE UNIQUE INDEX "measurement_request_open" ON "measurement_request" ("lot", "slot", "operation", "parameter") WHERE "state" = 'open';
CREATE INDEX "measurement_request_alert_id_idx" ON "measurement_request"("alert_id");
CREATE INDEX "measurement_request_lot_idx" ON "measurement_request"("lot");
