-- Where limits come from (given by a person, or of a study), what each point's dispersion was judged by, and which charts stand on
-- the scale of a specification.
-- AlterTable
ALTER TABLE "chart" ADD COLUMN "specified" BOOLEAN NOT NULL DEFAULT false;
UPDATE "chart" SET "specified" = true
WHERE ("characteristic" = 'measurement.mean' AND "kind" = 'individuals') OR "characteristic" = 'vm.lot' OR "characteristic" LIKE 'overlay.lot.%'
  OR EXISTS (SELECT 1 FROM "chart_version" v WHERE v."chart_id" = "chart"."id" AND (v."lsl" IS NOT NULL OR v."usl" IS NOT NULL));

-- AlterTable
ALTER TABLE "chart_version" ADD COLUMN "limits_source" TEXT NOT NULL DEFAULT 'study',
ADD COLUMN "disp_source" TEXT NOT NULL DEFAULT 'study',
ADD COLUMN "disp_sigma" DOUBLE PRECISION;
UPDATE "chart_version" SET "limits_source" = 'given' WHERE "sigma_method" = 'given';
UPDATE "chart_version" SET "disp_sigma" = "sigma_within" WHERE "sigma_method" IN ('range', 'sd');

-- AlterTable
ALTER TABLE "chart_point" ADD COLUMN "disp_cl" DOUBLE PRECISION,
ADD COLUMN "disp_ucl" DOUBLE PRECISION,
ADD COLUMN "disp_lcl" DOUBLE PRECISION;
-- Until now every point of a version was judged by the version's own dispersion limits.
UPDATE "chart_point" p SET "disp_cl" = v."disp_cl", "disp_ucl" = v."disp_ucl", "disp_lcl" = v."disp_lcl"
FROM "chart_version" v WHERE v."chart_id" = p."chart_id" AND v."version" = p."version" AND v."disp_ucl" IS NOT NULL AND p."dispersion" IS NOT NULL;

-- Limits that were entered had a sigma made of their width and no dispersion limits; both are again those of the study before them.
UPDATE "chart_version" v
SET "sigma_within" = q."sigma_within", "sigma_method" = q."sigma_method", "disp_cl" = q."disp_cl", "disp_ucl" = q."disp_ucl", "disp_lcl" = q."disp_lcl", "disp_sigma" = q."disp_sigma"
FROM (
  SELECT g."chart_id", g."version", s."sigma_within", s."sigma_method", s."disp_cl", s."disp_ucl", s."disp_lcl", s."disp_sigma" FROM "chart_version" g
  LEFT JOIN LATERAL (
    SELECT * FROM "chart_version" b WHERE b."chart_id" = g."chart_id" AND b."version" < g."version" AND b."limits_source" = 'study' AND b."cl" IS NOT NULL
    ORDER BY b."version" DESC LIMIT 1) s ON true
  WHERE g."limits_source" = 'given') q
WHERE v."chart_id" = q."chart_id" AND v."version" = q."version";

-- One name for each Zernike term.
UPDATE "chart" SET "title" = replace("title", 'Z(4,0) edge ring', 'Z(4,0) ring') WHERE "characteristic" = 'zernike.4.0';
