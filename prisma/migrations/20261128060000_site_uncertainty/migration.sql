-- The uncertainty of a mean and of a deviation is stored with them; a site without value has no uncertainty; what the sites of a wafer share is kept apart.
-- AlterTable
ALTER TABLE "measurement" ADD COLUMN "u_common" DOUBLE PRECISION[] NOT NULL DEFAULT ARRAY[]::DOUBLE PRECISION[],
ADD COLUMN "u_mean" DOUBLE PRECISION,
ADD COLUMN "u_sd" DOUBLE PRECISION;

-- Refused sites carried the uncertainty of the worst accepted one.
UPDATE "measurement" m SET "u" = (SELECT array_agg(CASE WHEN z.v IS NULL THEN NULL ELSE z.u END ORDER BY z.i) FROM unnest(m."value", m."u") WITH ORDINALITY AS z(v, u, i))
WHERE cardinality(m."u") > 0 AND array_position(m."value", NULL) IS NOT NULL;
UPDATE "measurement" m SET "u_mean" = s.u FROM (
  SELECT q."id", q."measured_at", (SELECT sqrt(sum(v * v)) / NULLIF(count(v), 0) FROM unnest(q."u") AS v) AS u FROM "measurement" q WHERE cardinality(q."u") > 0
) s WHERE m."id" = s."id" AND m."measured_at" = s."measured_at";
-- Where sites were fitted together the shared part was averaged away, and was not kept: nothing is stated rather than too little.
UPDATE "measurement" m SET "u_mean" = NULL FROM "spectrum_fit" f WHERE f."common_sites" > 0 AND m."id" = ANY(f."measurements");
UPDATE "chart_point" p SET "u_value" = m."u_mean" FROM "measurement" m, "chart" c
WHERE p."record_id" = m."id" AND c."id" = p."chart_id" AND c."characteristic" = 'measurement.mean' AND p."u_value" IS DISTINCT FROM m."u_mean"
  AND (array_position(m."value", NULL) IS NOT NULL OR m."u_mean" IS NULL);
