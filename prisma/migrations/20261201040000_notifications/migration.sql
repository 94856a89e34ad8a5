-- ---- channels: chat by incoming webhooks ---------------------------------------------------------------------------
ALTER TABLE "notify_channel" ADD CONSTRAINT "notify_channel_kind" CHECK ("kind" IN ('webhook', 'email', 'mes', 'slack', 'teams'));

-- ---- what happens besides the history of an alert --------------------------------------------------------------------
CREATE TABLE "notify_event" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "area" TEXT,
    "severity" TEXT,
    "title" TEXT NOT NULL,
    "text" TEXT,
    "actor" TEXT NOT NULL,
    "subject" JSONB NOT NULL,
    "path" TEXT NOT NULL,
    CONSTRAINT "notify_event_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "notify_event_severity" CHECK ("severity" IN ('high', 'medium', 'low'))
);
CREATE INDEX "notify_event_at_idx" ON "notify_event"("at");
CREATE INDEX "alert_event_at_idx" ON "alert_event"("at");

-- ---- rules -----------------------------------------------------------------------------------------------------------
CREATE TABLE "notify_rule" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "spec" JSONB NOT NULL,
    "author" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "notify_rule_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "notify_rule_version" CHECK ("version" >= 1)
);
CREATE UNIQUE INDEX "notify_rule_name_key" ON "notify_rule"("name");
-- What was sent before there were rules is sent as before: every change of an alert to every channel that takes its severity and area.
INSERT INTO "notify_rule" ("name", "position", "active", "spec", "author", "reason") VALUES
  ('Alerts and holds to every channel', 1, true,
    '{"events": ["alert", "hold"], "areas": [], "severities": [], "to": [{"channels": "all"}], "quiet": null, "final": false}', 'Driftless', 'as delivered'),
  ('Proposals that wait to the engineers', 2, false,
    '{"events": ["proposal"], "areas": [], "severities": [], "to": [{"role": "engineer"}], "quiet": null, "final": false}', 'Driftless', 'as delivered');

-- ---- rotas -----------------------------------------------------------------------------------------------------------
CREATE TABLE "rota" (
    "name" TEXT NOT NULL,
    "area" TEXT NOT NULL DEFAULT '*',
    "version" INTEGER NOT NULL DEFAULT 1,
    "spec" JSONB NOT NULL,
    "author" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "rota_pkey" PRIMARY KEY ("name")
);
CREATE TABLE "rota_override" (
    "id" BIGSERIAL NOT NULL,
    "rota" TEXT NOT NULL,
    "shift" TEXT,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3) NOT NULL,
    "instead_of" TEXT,
    "person" TEXT,
    "author" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "cancelled_at" TIMESTAMPTZ(3),
    "cancelled_by" TEXT,
    CONSTRAINT "rota_override_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "rota_override_rota_fkey" FOREIGN KEY ("rota") REFERENCES "rota"("name") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "rota_override_span" CHECK ("from_at" < "to_at"),
    CONSTRAINT "rota_override_cancelled" CHECK (("cancelled_at" IS NULL) = ("cancelled_by" IS NULL))
);
CREATE INDEX "rota_override_rota_to_at_idx" ON "rota_override"("rota", "to_at");

-- ---- quiet hours of a person -------------------------------------------------------------------------------------------
CREATE TABLE "notify_quiet" (
    "email" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "spec" JSONB,
    "changed_by" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "notify_quiet_pkey" PRIMARY KEY ("email")
);

-- ---- digests -----------------------------------------------------------------------------------------------------------
CREATE TABLE "notify_digest" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "spec" JSONB NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "next_at" TIMESTAMPTZ(3),
    "author" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "notify_digest_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "notify_digest_name_key" ON "notify_digest"("name");

-- ---- what is sent to whom ------------------------------------------------------------------------------------------------
-- One row per event and receiver, however many rules ask for it.
CREATE TABLE "notification" (
    "id" BIGSERIAL NOT NULL,
    "event_key" TEXT NOT NULL,
    "receiver" TEXT NOT NULL,
    "channel_id" UUID,
    "email" TEXT,
    "kind" TEXT NOT NULL,
    "alert_id" UUID,
    "alert_event_id" BIGINT,
    "event_id" BIGINT,
    "area" TEXT,
    "severity" TEXT,
    "title" TEXT NOT NULL,
    "rules" JSONB NOT NULL DEFAULT '[]',
    "in_person" BOOLEAN NOT NULL DEFAULT false,
    "body" JSONB,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "status_code" INTEGER,
    "error" TEXT,
    "latency_ms" INTEGER,
    "held_until" TIMESTAMPTZ(3),
    "summary_id" BIGINT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "give_up_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP + INTERVAL '1 day',
    "delivered_at" TIMESTAMPTZ(3),
    CONSTRAINT "notification_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "notification_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "notify_channel"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "notification_state" CHECK ("state" IN ('pending', 'held', 'summed', 'delivered', 'failed', 'on_screen')),
    CONSTRAINT "notification_receiver" CHECK ("channel_id" IS NOT NULL OR "email" IS NOT NULL),
    CONSTRAINT "notification_held" CHECK ("state" <> 'held' OR "held_until" IS NOT NULL),
    CONSTRAINT "notification_summed" CHECK (("state" = 'summed') = ("summary_id" IS NOT NULL))
);
CREATE UNIQUE INDEX "notification_event_key_receiver_key" ON "notification"("event_key", "receiver");
CREATE INDEX "notification_due" ON "notification" ("next_at") WHERE "state" = 'pending';
CREATE INDEX "notification_held_idx" ON "notification" ("held_until") WHERE "state" = 'held';
CREATE INDEX "notification_created_at_id_idx" ON "notification"("created_at", "id");
CREATE INDEX "notification_channel_id_created_at_idx" ON "notification"("channel_id", "created_at");
CREATE INDEX "notification_alert_id_idx" ON "notification"("alert_id");
CREATE INDEX "notification_summary_id_idx" ON "notification"("summary_id");

-- What was sent so far. What had not arrived within a day is not sent any more; younger ones are.
INSERT INTO "notification" ("event_key", "receiver", "channel_id", "kind", "alert_id", "alert_event_id", "area", "severity", "title", "state", "attempts", "status_code", "error", "created_at", "next_at", "give_up_at", "delivered_at")
SELECT 'alert:' || e."id", CASE c."kind" WHEN 'email' THEN 'mail:' || lower(c."target") ELSE 'channel:' || c."id" END, c."id", e."kind", a."id", e."id", a."area", a."severity", a."title",
  CASE WHEN d."state" = 'delivered' THEN 'delivered' WHEN d."created_at" < now() - INTERVAL '1 day' THEN 'failed' ELSE 'pending' END,
  d."attempts", d."status_code", d."error", d."created_at", now(), now() + INTERVAL '1 day', d."delivered_at"
FROM "notify_delivery" d JOIN "notify_channel" c ON c."id" = d."channel_id" JOIN "alert_event" e ON e."id" = d."alert_event_id" JOIN "alert" a ON a."id" = e."alert_id"
ON CONFLICT DO NOTHING;
INSERT INTO "notification" ("event_key", "receiver", "email", "kind", "alert_id", "alert_event_id", "area", "severity", "title", "in_person", "state", "attempts", "error", "created_at", "next_at", "give_up_at", "delivered_at")
SELECT 'alert:' || e."id", 'mail:' || lower(n."email"), n."email", e."kind", a."id", e."id", a."area", a."severity", a."title", true,
  CASE WHEN n."state" IN ('delivered', 'on_screen') THEN n."state" WHEN n."created_at" < now() - INTERVAL '1 day' THEN 'failed' ELSE 'pending' END,
  n."attempts", n."error", n."created_at", now(), now() + INTERVAL '1 day', n."delivered_at"
FROM "alert_notice" n JOIN "alert_event" e ON e."id" = n."alert_event_id" JOIN "alert" a ON a."id" = e."alert_id"
ON CONFLICT DO NOTHING;
