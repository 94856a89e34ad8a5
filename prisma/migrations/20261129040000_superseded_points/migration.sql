-- Charts are judged again where they still hold what later records took back. Nothing is computed here: the workers find the tasks below and do
-- what they do when such a record arrives, which also means that no alert is raised by old points.

-- Values of measurements that a correction superseded: on the charts of their wafers, within the mean of their lot, and in the control threads.
CREATE FUNCTION pg_temp.still_held(ids UUID[]) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM corrected_by(ids) c JOIN "chart_point" p ON p."record_id" = c."id")
    OR EXISTS (SELECT 1 FROM corrected_by(ids) c JOIN "control_step" s ON s."record_id" = c."id")
$$;
CREATE TEMP TABLE "to_judge_again" ON COMMIT DROP AS
SELECT m."id", m."measured_at" FROM "measurement" m
WHERE m."revises" IS NOT NULL AND m."superseded_by" IS NULL AND (
  pg_temp.still_held(ARRAY[m."id"])
  OR EXISTS (
    SELECT 1 FROM "chart_point" p WHERE p."record_id" = md5(m."lot" || '|' || m."operation" || '|' || m."parameter")::uuid
      AND p."n" > (SELECT count(*) FROM "measurement" w WHERE w."lot" = m."lot" AND w."operation" = m."operation" AND w."parameter" = m."parameter"
        AND w."processed_at" IS NOT NULL AND w."superseded_by" IS NULL)));

INSERT INTO "task" ("queue", "key", "payload")
SELECT q."queue", q."queue" || '_superseded_points_' || r."part",
  jsonb_build_object('v', 1, 'source', 'measurement', 'refs', jsonb_agg(jsonb_build_object('id', r."id", 'at', floor(extract(epoch FROM r."measured_at") * 1000)::bigint)))
FROM (SELECT t.*, (row_number() OVER (ORDER BY t."measured_at", t."id") - 1) / 200 AS "part" FROM "to_judge_again" t) r,
  (VALUES ('spc'), ('control')) AS q("queue")
GROUP BY q."queue", r."part" ORDER BY r."part", q."queue" DESC
ON CONFLICT ("key") DO NOTHING;

-- Excluded points on the ramp of an EWMA had the limits of its end.
INSERT INTO "task" ("queue", "key", "payload")
SELECT 'spc', 'spc_excluded_on_ramp_' || r."part",
  jsonb_build_object('v', 1, 'source', 'measurement', 'refs', jsonb_agg(jsonb_build_object('id', r."id", 'at', floor(extract(epoch FROM r."measured_at") * 1000)::bigint)))
FROM (
  SELECT m."id", m."measured_at", (row_number() OVER (ORDER BY m."measured_at", m."id") - 1) / 200 AS "part"
  FROM "measurement" m WHERE m."superseded_by" IS NULL AND m."id" IN (
    SELECT p."record_id" FROM "chart_point" p JOIN "chart" c ON c."id" = p."chart_id" WHERE c."kind" = 'ewma' AND p."excluded" IS NOT NULL)) r
GROUP BY r."part"
ON CONFLICT ("key") DO NOTHING;
