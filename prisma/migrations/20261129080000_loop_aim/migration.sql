-- A loop whose target was that of its specification when it was given follows the next one, also after a version that it could not follow.
ALTER TABLE "loop_version" ADD COLUMN "aims_at_specification" BOOLEAN NOT NULL DEFAULT false;
UPDATE "loop_version" v SET "aims_at_specification" = true FROM "control_loop" l
WHERE l."id" = v."loop_id" AND (l."characteristic" = 'measurement.mean' OR l."characteristic" LIKE 'overlay.%')
  AND (v."config"->>'target')::float8 IN (SELECT s."target" FROM "specification_version" s
    WHERE s."product" = l."product" AND s."operation" = l."operation" AND s."parameter" = l."parameter" AND s."target" IS NOT NULL);
