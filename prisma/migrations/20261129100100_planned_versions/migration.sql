-- A version says what its change said: what it leaves out follows the version before it until it begins. One that was cancelled never holds.
ALTER TABLE "chart_version" ADD COLUMN "change" JSONB,
ADD COLUMN "cancelled_at" TIMESTAMPTZ(3);
UPDATE "chart_version" v SET "change" = a."after"::jsonb - ARRAY['version', 'replaces', 'takeBack', 'effectiveFrom', 'alerting']
FROM "audit_entry" a
WHERE a."entity" = 'chart' AND a."action" = 'change' AND a."entity_id" = v."chart_id"::text AND a."after"->>'version' = v."version"::text;
