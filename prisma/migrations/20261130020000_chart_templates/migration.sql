-- Templates of charts become data: what was a list in the code are templates like any other from now on, and the charts that it made follow them.
CREATE TABLE "chart_template" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),
    CONSTRAINT "chart_template_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "chart_template_name_key" ON "chart_template"("name");

CREATE TABLE "chart_template_version" (
    "template_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "content" JSONB NOT NULL,
    "author" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "chart_template_version_pkey" PRIMARY KEY ("template_id","version"),
    CONSTRAINT "chart_template_version_template_id_fkey" FOREIGN KEY ("template_id") REFERENCES "chart_template"("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE TABLE "chart_fill" (
    "id" UUID NOT NULL,
    "template_id" UUID,
    "author" TEXT NOT NULL,
    "charts" INTEGER NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "up_to" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'running',
    "source" TEXT NOT NULL,
    "step" INTEGER NOT NULL DEFAULT 0,
    "place_at" TIMESTAMPTZ(3) NOT NULL,
    "place_id" UUID NOT NULL,
    "window_ms" DOUBLE PRECISION NOT NULL,
    "records" INTEGER NOT NULL DEFAULT 0,
    "points" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),
    CONSTRAINT "chart_fill_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "chart_fill_state" CHECK ("state" IN ('running', 'done')),
    CONSTRAINT "chart_fill_source" CHECK ("source" IN ('measurement', 'overlay', 'run', 'count', 'event')),
    CONSTRAINT "chart_fill_template_id_fkey" FOREIGN KEY ("template_id") REFERENCES "chart_template"("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX "chart_fill_template_id_created_at_idx" ON "chart_fill"("template_id", "created_at");

CREATE TABLE "seen_context" (
    "source" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "product" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "chamber" TEXT NOT NULL,
    "recipe" TEXT NOT NULL,
    "parameter" TEXT NOT NULL,
    "names" TEXT[],
    CONSTRAINT "seen_context_pkey" PRIMARY KEY ("source","operation","product","tool","chamber","recipe","parameter"),
    CONSTRAINT "seen_context_source" CHECK ("source" IN ('measurement', 'overlay', 'vm', 'trace', 'count', 'event'))
);

ALTER TABLE "chart" ADD COLUMN "recipe" TEXT,
    ADD COLUMN "within" JSONB,
    ADD COLUMN "template_id" UUID,
    ADD COLUMN "template_version" INTEGER,
    ADD COLUMN "fill_id" UUID,
    ADD COLUMN "retired_at" TIMESTAMPTZ(3),
    ADD COLUMN "retired_by" TEXT,
    ADD COLUMN "retired_reason" TEXT,
    ADD COLUMN "retired_by_template" BOOLEAN NOT NULL DEFAULT false;
UPDATE "chart" SET "retired_at" = now(), "retired_by" = 'Driftless', "retired_reason" = 'was not active' WHERE NOT "active";
ALTER TABLE "chart" ADD CONSTRAINT "chart_retired" CHECK ("active" = ("retired_at" IS NULL)),
    ADD CONSTRAINT "chart_template_id_fkey" FOREIGN KEY ("template_id") REFERENCES "chart_template"("id") ON DELETE SET NULL ON UPDATE CASCADE,
    ADD CONSTRAINT "chart_fill_id_fkey" FOREIGN KEY ("fill_id") REFERENCES "chart_fill"("id") ON DELETE SET NULL ON UPDATE CASCADE;
CREATE INDEX "chart_template_id_idx" ON "chart"("template_id");
CREATE INDEX "chart_fill_id_idx" ON "chart"("fill_id");

-- The charts that every parameter with a specification has had so far.
WITH given ("name", "content") AS (VALUES
  ('Wafer mean', '{"where": {"characteristic": ["measurement.mean"]}, "splitBy": ["tool", "chamber", "product"], "kind": "individuals", "rules": [1, 2], "preset": "nelson-1-2", "alerting": true, "specified": true, "title": "{parameter} mean · {where}"}'),
  ('Within-wafer sigma', '{"where": {"characteristic": ["measurement.sd"]}, "splitBy": ["tool", "chamber"], "kind": "individuals", "rules": [1], "preset": "rule-1", "alerting": true, "specified": false, "title": "{parameter} within-wafer sigma · {where}"}'),
  ('Lot mean', '{"where": {"characteristic": ["measurement.lot"]}, "splitBy": ["product"], "kind": "xbar_s", "rules": [1, 2, 101], "preset": "nelson-1-2", "alerting": false, "specified": false, "title": "{parameter} lot mean · {where}"}'),
  ('EWMA of the wafer mean', '{"where": {"characteristic": ["measurement.mean"]}, "splitBy": ["tool", "chamber", "product"], "kind": "ewma", "lambda": 0.2, "widthL": 2.962, "rules": [1], "preset": "rule-1", "alerting": false, "specified": false, "title": "{parameter} EWMA · {where}"}'),
  ('Defocus and ring of the wafer', '{"where": {"characteristic": ["zernike.2.0", "zernike.4.0"]}, "splitBy": ["tool", "chamber"], "kind": "individuals", "rules": [1], "preset": "rule-1", "alerting": false, "specified": false, "title": "{parameter} {term} · {where}"}'),
  ('Predicted lot mean', '{"where": {"characteristic": ["vm.lot"]}, "splitBy": ["tool", "chamber", "product"], "kind": "individuals", "rules": [1], "preset": "rule-1", "alerting": false, "specified": true, "title": "{parameter} predicted lot mean (VM) · {where}"}'),
  ('Overlay of the lot', '{"where": {"characteristic": ["overlay.lot.tx", "overlay.lot.ty", "overlay.lot.mx", "overlay.lot.my", "overlay.lot.rx", "overlay.lot.ry", "overlay.lot.m3s.x", "overlay.lot.m3s.y"]}, "splitBy": ["tool"], "kind": "individuals", "rules": [1], "preset": "rule-1", "alerting": true, "specified": true, "title": "Overlay {term} · {where}"}')),
made AS (
  INSERT INTO "chart_template" ("id", "name") SELECT md5('chart template ' || "name")::uuid, "name" FROM given RETURNING "id", "name")
INSERT INTO "chart_template_version" ("template_id", "version", "content", "author", "reason")
SELECT m."id", 1, g."content"::jsonb || '{"onlySpecified": true, "obeyChartContext": true, "baselineN": 20}'::jsonb, 'Driftless', 'the charts that every parameter with a specification begins with'
FROM made m JOIN given g ON g."name" = m."name";

UPDATE "chart" c SET "template_id" = t."id", "template_version" = 1
FROM "chart_template" t JOIN "chart_template_version" v ON v."template_id" = t."id"
WHERE v."content"->>'kind' = c."kind" AND v."content"->'where'->'characteristic' ? c."characteristic";

-- The contexts seen so far.
INSERT INTO "seen_context" ("source", "operation", "product", "tool", "chamber", "recipe", "parameter", "names")
SELECT 'measurement', q."operation", q."product", q."tool", q."chamber", q."recipe", q."parameter",
  ARRAY(SELECT 'zernike.' || n || '.' || k FROM generate_series(0, q."terms") n, generate_series(-n, n, 2) k)
FROM (
  SELECT m."operation", m."product", m."tool", m."chamber", COALESCE(r."recipe", '') AS "recipe", m."parameter", max(s."order") AS "terms"
  FROM "measurement" m LEFT JOIN "run" r ON r."id" = m."run_id" AND r."started_at" = m."processed_at"
  LEFT JOIN "spatial_result" s ON s."measurement_id" = m."id" AND s."measured_at" = m."measured_at" AND s."reason" IS NULL
  WHERE m."processed_at" IS NOT NULL AND m."tool" IS NOT NULL AND m."chamber" IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6) q;
UPDATE "seen_context" c SET "names" = c."names" || ARRAY['fit.chi2']
FROM (SELECT DISTINCT m."operation", m."product", m."parameter" FROM "spectrum_fit" f, unnest(f."measurements") AS u("made") JOIN "measurement" m ON m."id" = u."made") f
WHERE c."source" = 'measurement' AND c."operation" = f."operation" AND c."product" = f."product" AND c."parameter" = f."parameter";
INSERT INTO "seen_context" ("source", "operation", "product", "tool", "chamber", "recipe", "parameter", "names")
SELECT 'overlay', m."operation", m."product", m."tool", m."chamber", COALESCE(r."recipe", ''), '', array_agg(DISTINCT t."name" || '|' || t."unit") || ARRAY['m3s.x|nm', 'm3s.y|nm']
FROM "overlay_measurement" m LEFT JOIN "run" r ON r."id" = m."run_id" AND r."started_at" = m."processed_at"
JOIN "overlay_result" o ON o."measurement_id" = m."id" AND o."measured_at" = m."measured_at", unnest(o."names", o."units") AS t("name", "unit")
WHERE m."processed_at" IS NOT NULL AND m."tool" IS NOT NULL AND m."chamber" IS NOT NULL GROUP BY 2, 3, 4, 5, 6;
INSERT INTO "seen_context" ("source", "operation", "product", "tool", "chamber", "recipe", "parameter", "names")
SELECT 'vm', r."operation", r."product", r."tool", r."chamber", r."recipe", m."parameter", '{}'
FROM "vm_prediction" p JOIN "run" r ON r."id" = p."run_id" AND r."started_at" = p."started_at" JOIN "vm_model" m ON m."id" = p."model_id"
GROUP BY 2, 3, 4, 5, 6, 7;
INSERT INTO "seen_context" ("source", "operation", "product", "tool", "chamber", "recipe", "parameter", "names")
SELECT 'trace', q."operation", q."product", q."tool", q."chamber", q."recipe", '',
  array_agg(DISTINCT split_part(f."name", '|', 1) || '|' || split_part(f."name", '|', 2) || '|' || f."unit")
FROM (
  SELECT r."operation", r."product", r."tool", r."chamber", r."recipe", s."feature_set_id"
  FROM "run_summary" s JOIN "run" r ON r."id" = s."run_id" AND r."started_at" = s."started_at" GROUP BY 1, 2, 3, 4, 5, 6) q
JOIN "feature_set" fs ON fs."id" = q."feature_set_id", unnest(fs."names", fs."units") AS f("name", "unit")
WHERE f."name" LIKE '%|%|mean' GROUP BY 2, 3, 4, 5, 6;
