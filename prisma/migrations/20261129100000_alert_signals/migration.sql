-- An alert keeps the signals that it was told of. Until now a signal belonged to one alert, and went over to the next one when its point gave it again.
CREATE TABLE "alert_signal" (
    "alert_id" UUID NOT NULL,
    "chart_id" UUID NOT NULL,
    "record_id" UUID NOT NULL,
    "rule" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL,
    "members" UUID[],
    "detail" JSONB NOT NULL,
    "withdrawn_at" TIMESTAMPTZ(3),

    CONSTRAINT "alert_signal_pkey" PRIMARY KEY ("alert_id","record_id","rule"),
    CONSTRAINT "alert_signal_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alert"("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "alert_signal_record_id_rule_idx" ON "alert_signal"("record_id", "rule");

INSERT INTO "alert_signal" ("alert_id", "chart_id", "record_id", "rule", "at", "version", "members", "detail", "withdrawn_at")
SELECT v."alert_id", v."chart_id", v."record_id", v."rule", v."at", v."version", v."members", v."detail", v."withdrawn_at"
FROM "violation" v JOIN "alert" a ON a."id" = v."alert_id";

-- What went over to another alert, or was deleted with its point: the history tells what opened or escalated the alert. It no longer holds.
INSERT INTO "alert_signal" ("alert_id", "chart_id", "record_id", "rule", "at", "version", "members", "detail", "withdrawn_at")
SELECT DISTINCT ON (a."id", e."detail"->>'recordId', e."detail"->>'rule') a."id", a."chart_id", (e."detail"->>'recordId')::uuid, (e."detail"->>'rule')::int, (e."detail"->>'at')::timestamptz,
  (e."detail"->>'version')::int, ARRAY(SELECT jsonb_array_elements_text(e."detail"->'members')::uuid),
  e."detail" - ARRAY['rule', 'version', 'recordId', 'at', 'value', 'members'], COALESCE(a."closed_at", CURRENT_TIMESTAMP)
FROM "alert_event" e JOIN "alert" a ON a."id" = e."alert_id"
WHERE e."kind" IN ('opened', 'escalated') AND a."chart_id" IS NOT NULL AND e."detail" ?& ARRAY['recordId', 'rule', 'at', 'version'] AND jsonb_typeof(e."detail"->'members') = 'array'
ORDER BY a."id", e."detail"->>'recordId', e."detail"->>'rule', e."id"
ON CONFLICT ("alert_id", "record_id", "rule") DO NOTHING;

-- A signal that no longer holds stays with its alert alone.
DELETE FROM "violation" WHERE "withdrawn_at" IS NOT NULL;
