-- CreateTable
CREATE TABLE "metrology_recipe" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "product" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "metrology_recipe_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "metrology_recipe_version" (
    "recipe_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "content" JSONB NOT NULL,
    "certificate" JSONB,
    "author" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "metrology_recipe_version_pkey" PRIMARY KEY ("recipe_id","version")
);

-- CreateTable
CREATE TABLE "spectrum_axis" (
    "id" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "content" JSONB NOT NULL,

    CONSTRAINT "spectrum_axis_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "spectrum" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "sender" TEXT NOT NULL,
    "station" TEXT NOT NULL,
    "lot" TEXT NOT NULL,
    "slot" SMALLINT NOT NULL,
    "product" TEXT NOT NULL,
    "layer" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "plan" TEXT NOT NULL,
    "recipe" TEXT NOT NULL,
    "measured_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "run_key" TEXT,
    "layout_id" UUID NOT NULL,
    "axis_id" UUID NOT NULL,
    "channels" TEXT[],
    "sites" INTEGER NOT NULL,
    "values" BYTEA NOT NULL,
    "sigma" BYTEA,

    CONSTRAINT "spectrum_pkey" PRIMARY KEY ("id","measured_at")
) PARTITION BY RANGE ("measured_at");

-- CreateTable
CREATE TABLE "spectrum_fit" (
    "spectrum_id" UUID NOT NULL,
    "measured_at" TIMESTAMPTZ(3) NOT NULL,
    "recipe_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "parameters" TEXT[],
    "values" DOUBLE PRECISION[],
    "u" DOUBLE PRECISION[],
    "covariance" DOUBLE PRECISION[],
    "reduced_chi2" DOUBLE PRECISION[],
    "status" TEXT[],
    "warnings" JSONB NOT NULL,
    "iterations" INTEGER[],
    "accepted" INTEGER NOT NULL,
    "measurements" UUID[],
    "code_version" TEXT NOT NULL,
    "fitted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "spectrum_fit_pkey" PRIMARY KEY ("spectrum_id","measured_at")
) PARTITION BY RANGE ("measured_at");

-- CreateIndex
CREATE UNIQUE INDEX "metrology_recipe_name_key" ON "metrology_recipe"("name");

-- CreateIndex
CREATE INDEX "spectrum_lot_operation_slot_idx" ON "spectrum"("lot", "operation", "slot");

-- CreateIndex
CREATE INDEX "spectrum_recipe_measured_at_idx" ON "spectrum"("recipe", "measured_at");

-- CreateIndex
CREATE INDEX "spectrum_fit_recipe_id_measured_at_idx" ON "spectrum_fit"("recipe_id", "measured_at");

-- AddForeignKey
ALTER TABLE "metrology_recipe_version" ADD CONSTRAINT "metrology_recipe_version_recipe_id_fkey" FOREIGN KEY ("recipe_id") REFERENCES "metrology_recipe"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AlterTable
ALTER TABLE "specification" ADD COLUMN "chart_context" TEXT NOT NULL DEFAULT 'chamber';

-- Written by hand from here: what the schema language cannot say.

ALTER TABLE "specification" ADD CONSTRAINT "specification_chart_context" CHECK ("chart_context" IN ('chamber', 'operation'));

-- Month partitions, now with those of the spectra.
CREATE OR REPLACE FUNCTION ensure_month(at_time TIMESTAMPTZ) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  month_start DATE := date_trunc('month', at_time AT TIME ZONE 'UTC')::date;
  month_end DATE := (date_trunc('month', at_time AT TIME ZONE 'UTC') + INTERVAL '1 month')::date;
  parent TEXT;
  part TEXT;
BEGIN
  FOREACH parent IN ARRAY ARRAY['run', 'trace', 'measurement', 'overlay_measurement', 'run_summary',
    'spatial_result', 'overlay_result', 'vm_prediction', 'chart_point', 'spectrum', 'spectrum_fit'] LOOP
    part := parent || '_' || to_char(month_start, 'YYYY_MM');
    IF to_regclass(quote_ident(part)) IS NULL THEN
      PERFORM pg_advisory_xact_lock(hashtext('ensure_month'));
      EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
        part, parent, month_start || ' 00:00:00+00', month_end || ' 00:00:00+00');
    END IF;
  END LOOP;
END $$;
