-- What the lists and long charts show of many points, kept by the stage that writes points: by UTC day, by week from Monday, and by hour on days with
-- many points. One partition a grain, since a list reads days and weeks of all charts and a chart its own hours.
CREATE TABLE "chart_rollup" (
    "chart_id" UUID NOT NULL,
    "grain" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "n" INTEGER NOT NULL,
    "n_out" INTEGER NOT NULL,
    "n_all" INTEGER NOT NULL,
    "mean" DOUBLE PRECISION,
    "m2" DOUBLE PRECISION,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "last_plotted" DOUBLE PRECISION,
    "last_u" DOUBLE PRECISION,
    "last_out_at" TIMESTAMPTZ(3),
    "plotted_lo" DOUBLE PRECISION,
    "plotted_lo_at" TIMESTAMPTZ(3),
    "plotted_hi" DOUBLE PRECISION,
    "plotted_hi_at" TIMESTAMPTZ(3),
    "disp_lo" DOUBLE PRECISION,
    "disp_hi" DOUBLE PRECISION,

    CONSTRAINT "chart_rollup_pkey" PRIMARY KEY ("chart_id", "grain", "at"),
    CONSTRAINT "chart_rollup_counts" CHECK ("n" >= 0 AND "n_out" BETWEEN 0 AND "n" AND "n" <= "n_all" AND "n_all" > 0),
    CONSTRAINT "chart_rollup_moments" CHECK (("n" > 0) = ("mean" IS NOT NULL AND "m2" IS NOT NULL) AND "m2" >= 0),
    CONSTRAINT "chart_rollup_plotted" CHECK (num_nulls("last_plotted", "plotted_lo", "plotted_lo_at", "plotted_hi", "plotted_hi_at") IN (0, 5) AND "plotted_lo" <= "plotted_hi"),
    CONSTRAINT "chart_rollup_begins" CHECK ("at" = date_trunc("grain", "at", 'UTC') AND "first_at" >= "at" AND "first_at" <= "last_at")
) PARTITION BY LIST ("grain");
-- Rows of today are updated with every point: room in their pages keeps the new versions there.
CREATE TABLE "chart_rollup_hour" PARTITION OF "chart_rollup" FOR VALUES IN ('hour') WITH (fillfactor = 70);
CREATE TABLE "chart_rollup_day" PARTITION OF "chart_rollup" FOR VALUES IN ('day') WITH (fillfactor = 70);
CREATE TABLE "chart_rollup_week" PARTITION OF "chart_rollup" FOR VALUES IN ('week') WITH (fillfactor = 70);
CREATE INDEX "chart_rollup_at_idx" ON "chart_rollup" USING brin ("at");

-- Points since `filled_from` are in the rollups; those before are added day by day by the workers, and until then lists read them one by one.
CREATE TABLE "chart_rollup_fill" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "filled_from" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "chart_rollup_fill_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "chart_rollup_fill_one_row" CHECK ("id" = 1)
);
INSERT INTO "chart_rollup_fill" ("filled_from")
SELECT COALESCE(date_trunc('day', max("at"), 'UTC') + interval '1 day', '1970-01-01 00:00:00+00') FROM "chart_point";

-- Points of all charts in a stretch of time: they arrive nearly in the order of process time, so that the smallest kind of index will do.
CREATE INDEX "chart_point_at_idx" ON "chart_point" USING brin ("at");
-- The points that a long chart draws whatever else it leaves out.
CREATE INDEX "chart_point_marked_idx" ON "chart_point" ("chart_id", "at") WHERE "excluded" IS NOT NULL OR cardinality("rules") > 0 OR "unjudged" IS NOT NULL;
