-- A wafer with one measured mark has no 3 sigma; it was charted as 0, and drew the mean of its lot towards it. Points of lots that have no
-- other wafer are taken off; the workers find the tasks below and do what they do when such a record arrives.
CREATE TEMP TABLE "without_spread" ON COMMIT DROP AS
SELECT m."id", m."measured_at", m."lot", m."operation", x."axis",
  NOT EXISTS (
    SELECT 1 FROM "overlay_measurement" w JOIN "overlay_result" r ON r."measurement_id" = w."id" AND r."measured_at" = w."measured_at"
    WHERE w."lot" = m."lot" AND w."operation" = m."operation" AND r."statistics"->'raw'->x."axis"->>'meanPlus3Sigma' IS NOT NULL) AS "alone"
FROM "overlay_measurement" m JOIN "overlay_result" o ON o."measurement_id" = m."id" AND o."measured_at" = m."measured_at", (VALUES ('x'), ('y')) AS x("axis")
WHERE m."processed_at" IS NOT NULL AND jsonb_typeof(o."statistics"->'raw') = 'object' AND o."statistics"->'raw'->x."axis"->>'meanPlus3Sigma' IS NULL;

WITH gone AS (
  DELETE FROM "chart_point" p USING "chart" c, "without_spread" s
  WHERE c."id" = p."chart_id" AND c."operation" = s."operation" AND c."characteristic" LIKE 'overlay%.m3s.' || s."axis"
    AND (p."record_id" = s."id" OR (s."alone" AND p."lot" = s."lot"))
  RETURNING p."chart_id", p."record_id"),
ended AS (DELETE FROM "violation" v USING gone WHERE v."chart_id" = gone."chart_id" AND v."record_id" = gone."record_id")
UPDATE "alert_signal" a SET "withdrawn_at" = CURRENT_TIMESTAMP FROM gone
WHERE a."chart_id" = gone."chart_id" AND a."record_id" = gone."record_id" AND a."withdrawn_at" IS NULL;

INSERT INTO "task" ("queue", "key", "payload")
SELECT 'spc', 'spc_overlay_without_spread_' || r."part",
  jsonb_build_object('v', 1, 'source', 'overlay', 'refs', jsonb_agg(jsonb_build_object('id', r."id", 'at', floor(extract(epoch FROM r."measured_at") * 1000)::bigint)))
FROM (SELECT t.*, (row_number() OVER (ORDER BY t."measured_at", t."id") - 1) / 200 AS "part" FROM (SELECT DISTINCT "id", "measured_at" FROM "without_spread") t) r
GROUP BY r."part"
ON CONFLICT ("key") DO NOTHING;
