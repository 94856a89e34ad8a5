-- Kinds of charts beside individuals, Xbar and EWMA: settings of a version, what its study found, and what points of theirs are made of.
ALTER TABLE "chart_version" ADD COLUMN "design" JSONB,
ADD COLUMN "study" JSONB,
ADD CONSTRAINT "chart_version_design_object" CHECK ("design" IS NULL OR jsonb_typeof("design") = 'object'),
ADD CONSTRAINT "chart_version_study_object" CHECK ("study" IS NULL OR jsonb_typeof("study") = 'object');

ALTER TABLE "chart_point" ALTER COLUMN "plotted" DROP NOT NULL,
ADD COLUMN "plotted_low" DOUBLE PRECISION,
ADD COLUMN "within" DOUBLE PRECISION,
ADD COLUMN "within_cl" DOUBLE PRECISION,
ADD COLUMN "within_ucl" DOUBLE PRECISION,
ADD COLUMN "within_lcl" DOUBLE PRECISION,
ADD COLUMN "cl" DOUBLE PRECISION,
ADD COLUMN "size" DOUBLE PRECISION,
ADD COLUMN "product" TEXT,
ADD COLUMN "vector" DOUBLE PRECISION[] NOT NULL DEFAULT ARRAY[]::DOUBLE PRECISION[],
ADD COLUMN "unjudged" TEXT,
ADD COLUMN "memory" JSONB,
ADD CONSTRAINT "chart_point_size" CHECK ("size" IS NULL OR "size" > 0);

-- What an EWMA remembers was read from its plotted average and limit; now it is stored with each point. The limits show how far the ramp had
-- widened: Var z/σ² = ((UCL − CL)/(L σ))². An excluded point remembers what the last counted one before it did.
WITH "counted" AS (
  SELECT p."chart_id", p."at", p."record_id", p."version", p."excluded",
    CASE WHEN p."excluded" IS NULL AND v."cl" IS NOT NULL THEN
      jsonb_strip_nulls(jsonb_build_object('value', p."plotted", 'count', 60,
        'ratio', CASE WHEN v."limits_source" = 'study' AND v."sigma_within" > 0 AND p."ucl" IS NOT NULL THEN ((p."ucl" - v."cl") / (COALESCE(v."width_l", 2.962) * v."sigma_within")) ^ 2 END)) END AS "memory"
  FROM "chart_point" p JOIN "chart" c ON c."id" = p."chart_id" AND c."kind" = 'ewma' JOIN "chart_version" v ON v."chart_id" = p."chart_id" AND v."version" = p."version"
), "grouped" AS (
  SELECT q.*, count(q."memory") OVER (PARTITION BY q."chart_id", q."version" ORDER BY q."at", q."record_id") AS "after" FROM "counted" q
), "held" AS (
  SELECT g."chart_id", g."at", g."record_id", first_value(g."memory") OVER (PARTITION BY g."chart_id", g."version", g."after" ORDER BY g."at", g."record_id") AS "memory"
  FROM "grouped" g WHERE g."after" > 0
)
UPDATE "chart_point" p SET "memory" = h."memory" FROM "held" h
WHERE p."chart_id" = h."chart_id" AND p."at" = h."at" AND p."record_id" = h."record_id" AND h."memory" IS NOT NULL;

-- Counts of an inspection: so many of something in so many units.
CREATE TABLE "count_record" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "lot" TEXT NOT NULL,
    "slot" SMALLINT NOT NULL,
    "product" TEXT NOT NULL,
    "layer" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "parameter" TEXT NOT NULL,
    "count" DOUBLE PRECISION NOT NULL,
    "size" DOUBLE PRECISION NOT NULL,
    "unit" TEXT NOT NULL,
    "measured_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "run_id" UUID,
    "processed_at" TIMESTAMPTZ(3) NOT NULL,
    "tool" TEXT,
    "chamber" TEXT,
    "revises" UUID,
    "superseded_by" UUID,
    CONSTRAINT "count_record_pkey" PRIMARY KEY ("id","measured_at"),
    CONSTRAINT "count_record_size" CHECK ("size" > 0),
    CONSTRAINT "count_record_count" CHECK ("count" >= 0)
) PARTITION BY RANGE ("measured_at");
CREATE INDEX "count_record_lot_operation_slot_idx" ON "count_record"("lot", "operation", "slot");
CREATE INDEX "count_record_operation_parameter_measured_at_idx" ON "count_record"("operation", "parameter", "measured_at");

CREATE OR REPLACE FUNCTION partitioned_tables() RETURNS TEXT[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY['run', 'trace', 'measurement', 'overlay_measurement', 'run_summary', 'spatial_result', 'overlay_result', 'vm_prediction',
    'chart_point', 'spectrum', 'spectrum_fit', 'count_record']
$$;

-- A partition for each that the points have, years among them.
DO $$
DECLARE
  part RECORD;
BEGIN
  FOR part IN SELECT substring(c.relname FROM '^chart_point_(.*)$') AS suffix, pg_get_expr(c.relpartbound, c.oid) AS bound
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent WHERE p.relname = 'chart_point' LOOP
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF "count_record" %s', 'count_record_' || part.suffix, part.bound);
  END LOOP;
END $$;

-- All measurements and counts that these ones correct, directly or by a correction of a correction.
CREATE OR REPLACE FUNCTION corrected_by(ids UUID[]) RETURNS TABLE ("id" UUID) LANGUAGE sql STABLE AS $$
  WITH RECURSIVE earlier AS (
    SELECT m."revises" AS "id" FROM "measurement" m WHERE m."id" = ANY(ids) AND m."revises" IS NOT NULL
    UNION SELECT m."revises" FROM earlier e JOIN "measurement" m ON m."id" = e."id" WHERE m."revises" IS NOT NULL
  ), earlier_count AS (
    SELECT m."revises" AS "id" FROM "count_record" m WHERE m."id" = ANY(ids) AND m."revises" IS NOT NULL
    UNION SELECT m."revises" FROM earlier_count e JOIN "count_record" m ON m."id" = e."id" WHERE m."revises" IS NOT NULL)
  SELECT "id" FROM earlier UNION ALL SELECT "id" FROM earlier_count
$$;
