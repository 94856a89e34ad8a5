-- The shift belongs to a version: its limits are calibrated anew, so it starts at 0 and is followed by its own predictions.
-- Rows of a model's first version with a domain are its own and are kept. The others go: they hold moves that an earlier version's limits needed, and
-- a later version's limits have those drifts in them already. What was predicted keeps the limits that it was judged by.
ALTER TABLE "vm_domain_shift" ADD COLUMN "version" INTEGER;

UPDATE "vm_domain_shift" s SET "version" = f.version
FROM (SELECT DISTINCT ON (model_id) model_id, version, effective_from FROM "vm_version" WHERE domain IS NOT NULL ORDER BY model_id, version) f
WHERE f.model_id = s.model_id AND s.effective_from > f.effective_from
  AND NOT EXISTS (SELECT 1 FROM "vm_version" v WHERE v.model_id = s.model_id AND v.version > f.version AND v.effective_from <= s.effective_from);
DELETE FROM "vm_domain_shift" WHERE "version" IS NULL;

ALTER TABLE "vm_domain_shift" ALTER COLUMN "version" SET NOT NULL,
    DROP CONSTRAINT "vm_domain_shift_pkey",
    DROP CONSTRAINT "vm_domain_shift_model_id_fkey",
    ADD CONSTRAINT "vm_domain_shift_pkey" PRIMARY KEY ("model_id", "version", "effective_from"),
    ADD CONSTRAINT "vm_domain_shift_model_id_version_fkey" FOREIGN KEY ("model_id", "version") REFERENCES "vm_version"("model_id", "version") ON DELETE RESTRICT ON UPDATE CASCADE;
