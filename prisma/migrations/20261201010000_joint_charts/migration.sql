-- Charts of several variables: what they are, in the order of the values of each point.
ALTER TABLE "chart" ADD COLUMN "variables" JSONB;
ALTER TABLE "chart" ADD CONSTRAINT "chart_variables" CHECK (("characteristic" LIKE 'joint.%') = ("variables" IS NOT NULL));
