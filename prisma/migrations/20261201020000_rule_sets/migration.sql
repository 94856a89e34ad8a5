-- Run rules of a site's own, in sets. What a number means never changes, so a version of a chart that names it judges by it for ever.

CREATE TABLE "run_rule" (
    -- from 1,000 on the location, from 1,000,000 on the dispersion, from 2,000,000 on the spread within a point
    "number" INTEGER NOT NULL,
    -- two rules with one key are one rule
    "key" TEXT NOT NULL,
    "definition" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_rule_pkey" PRIMARY KEY ("number"),
    CONSTRAINT "run_rule_number" CHECK ("number" >= 1000)
);
-- A number that a transaction took and gave up is never taken again: whoever read it there would judge by another rule.
CREATE SEQUENCE "run_rule_number" START 1000 MAXVALUE 999999;
CREATE UNIQUE INDEX "run_rule_key_key" ON "run_rule"("key");

CREATE FUNCTION refuse_rule_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a run rule never changes: points were judged by it';
END $$;
CREATE TRIGGER "run_rule_stays" BEFORE UPDATE OR DELETE OR TRUNCATE ON "run_rule"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rule_change();

CREATE TABLE "rule_set" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "rule_set_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "rule_set_name_key" ON "rule_set"("name");

CREATE TABLE "rule_set_version" (
    "rule_set_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "content" JSONB NOT NULL,
    -- of its rules that are switched on, in their order
    "numbers" INTEGER[] NOT NULL,
    "author" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rule_set_version_pkey" PRIMARY KEY ("rule_set_id", "version"),
    CONSTRAINT "rule_set_version_rule_set_id_fkey" FOREIGN KEY ("rule_set_id") REFERENCES "rule_set"("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- `preset` of a version names its set: one that comes with Driftless, or the id of one of the site, of this version.
ALTER TABLE "chart_version" ADD COLUMN "set_version" INTEGER;
-- Rules of severity "warning" that fired with a point as the last of their window: it stays in control.
ALTER TABLE "chart_point" ADD COLUMN "warnings" INTEGER[] NOT NULL DEFAULT '{}';
