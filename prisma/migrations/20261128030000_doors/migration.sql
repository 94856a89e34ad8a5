-- Which worker processes live, since when, and when each was heard last.
CREATE TABLE "worker_process" (
    "process" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "heard_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "worker_process_pkey" PRIMARY KEY ("process")
);

-- The run that a measurement names, kept until that run arrives.
ALTER TABLE "measurement" ADD COLUMN "run_key" TEXT;
ALTER TABLE "overlay_measurement" ADD COLUMN "run_key" TEXT;

-- Corrections of one measurement form one chain, of which the newest is active. Those of old were all active: the newest keeps its place.
WITH RECURSIVE "chain" AS (
    SELECT "id", "id" AS "root" FROM "measurement" WHERE "revises" IS NULL AND "id" IN (SELECT "revises" FROM "measurement" WHERE "revises" IS NOT NULL)
  UNION ALL
    SELECT m."id", c."root" FROM "measurement" m JOIN "chain" c ON m."revises" = c."id"
), "newest" AS (
    SELECT c."root", m."id",
      lead(m."id") OVER w AS "next", lag(m."id") OVER w AS "previous"
    FROM "chain" c JOIN "measurement" m ON m."id" = c."id"
    WHERE c."root" IN (SELECT "root" FROM "chain" GROUP BY "root" HAVING count(*) > 1)
    WINDOW w AS (PARTITION BY c."root" ORDER BY (c."id" <> c."root"), m."received_at", m."measured_at", m."id")
)
UPDATE "measurement" m SET "superseded_by" = n."next", "revises" = n."previous" FROM "newest" n
WHERE m."id" = n."id" AND (m."superseded_by" IS DISTINCT FROM n."next" OR m."revises" IS DISTINCT FROM n."previous");

-- All measurements that these ones correct, directly or by a correction of a correction.
CREATE FUNCTION corrected_by(ids UUID[]) RETURNS TABLE ("id" UUID) LANGUAGE sql STABLE AS $$
  WITH RECURSIVE earlier AS (
    SELECT m."revises" AS "id" FROM "measurement" m WHERE m."id" = ANY(ids) AND m."revises" IS NOT NULL
    UNION SELECT m."revises" FROM earlier e JOIN "measurement" m ON m."id" = e."id" WHERE m."revises" IS NOT NULL)
  SELECT "id" FROM earlier
$$;

-- A wafer that could not be fitted has a result that says why; its numbers are empty.
ALTER TABLE "spatial_result" ADD COLUMN "reason" TEXT;
ALTER TABLE "overlay_result" ADD COLUMN "reason" TEXT;
ALTER TABLE "spatial_result" ALTER COLUMN "condition" DROP NOT NULL, ALTER COLUMN "r2" DROP NOT NULL, ALTER COLUMN "residual_sigma" DROP NOT NULL;
ALTER TABLE "overlay_result" ALTER COLUMN "condition" DROP NOT NULL;

-- The part of the tables that grow with time in which a time belongs: months of this year and the last, whole years before, unless months of
-- that year are there already.
CREATE FUNCTION partition_suffix(at_time TIMESTAMPTZ) RETURNS TEXT LANGUAGE plpgsql STABLE AS $$
DECLARE
  local_time TIMESTAMP := at_time AT TIME ZONE 'UTC';
  year_of TEXT := to_char(local_time, 'YYYY');
BEGIN
  IF to_regclass('run_' || year_of) IS NOT NULL THEN RETURN year_of; END IF;
  IF extract(year FROM local_time) < extract(year FROM now() AT TIME ZONE 'UTC') - 1
    AND NOT EXISTS (SELECT 1 FROM pg_class WHERE relname LIKE 'run\_' || year_of || '\___' AND relkind = 'r') THEN RETURN year_of; END IF;
  RETURN to_char(local_time, 'YYYY_MM');
END $$;

CREATE FUNCTION partitioned_tables() RETURNS TEXT[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY['run', 'trace', 'measurement', 'overlay_measurement', 'run_summary', 'spatial_result', 'overlay_result', 'vm_prediction',
    'chart_point', 'spectrum', 'spectrum_fit']
$$;

CREATE OR REPLACE FUNCTION ensure_month(at_time TIMESTAMPTZ) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  suffix TEXT := partition_suffix(at_time);
  step TEXT;
  first_day TIMESTAMP;
  parent TEXT;
BEGIN
  IF (SELECT bool_and(to_regclass(quote_ident(t || '_' || suffix)) IS NOT NULL) FROM unnest(partitioned_tables()) AS t) THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtext('ensure_month'));
  suffix := partition_suffix(at_time);
  step := CASE WHEN length(suffix) = 4 THEN 'year' ELSE 'month' END;
  first_day := date_trunc(step, at_time AT TIME ZONE 'UTC');
  FOREACH parent IN ARRAY partitioned_tables() LOOP
    IF to_regclass(quote_ident(parent || '_' || suffix)) IS NULL THEN
      EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', parent || '_' || suffix, parent,
        first_day || '+00', (first_day + ('1 ' || step)::interval) || '+00');
    END IF;
  END LOOP;
END $$;

-- Years before the last whose months are small: many tables cost every question more than they are worth.
CREATE FUNCTION foldable_years(most_bytes BIGINT) RETURNS TABLE ("year" TEXT) LANGUAGE sql STABLE AS $$
  SELECT substring(c.relname FROM '_(\d{4})_\d{2}$') AS "year"
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
  WHERE p.relname = ANY(partitioned_tables()) AND c.relname ~ '_\d{4}_\d{2}$'
    AND substring(c.relname FROM '_(\d{4})_\d{2}$')::int < extract(year FROM now() AT TIME ZONE 'UTC') - 1
  GROUP BY 1 HAVING sum(pg_total_relation_size(c.oid)) <= most_bytes ORDER BY 1
$$;

CREATE FUNCTION fold_year(year_of TEXT) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  parent TEXT;
  part TEXT;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('ensure_month'));
  FOREACH parent IN ARRAY partitioned_tables() LOOP
    -- nobody writes between the copy and the drop
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)', parent || '_' || year_of, parent);
    FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
      WHERE p.relname = parent AND c.relname ~ ('^' || parent || '_' || year_of || '_\d{2}$') ORDER BY 1 LOOP
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', parent || '_' || year_of, part);
      EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, part);
      EXECUTE format('DROP TABLE %I', part);
    END LOOP;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, parent || '_' || year_of,
      year_of || '-01-01 00:00:00+00', (year_of::int + 1) || '-01-01 00:00:00+00');
  END LOOP;
END $$;
