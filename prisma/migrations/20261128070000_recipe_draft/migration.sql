-- What an engineer makes of a recipe before it is in use. Versions that are in force stay as they are: a version is made by putting a draft in use.
CREATE TABLE "metrology_recipe_draft" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    -- null: a recipe that does not exist yet
    "recipe_id" UUID,
    "name" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "product" TEXT,
    -- the version in force beside which it was made; 0 where there is none
    "base_version" INTEGER NOT NULL,
    "content" JSONB NOT NULL,
    -- counts the saves: who saves names the one that was seen
    "revision" INTEGER NOT NULL DEFAULT 1,
    "author" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'draft',
    -- said when it was proposed
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "decision_reason" TEXT,
    -- the version it became
    "made_version" INTEGER,

    CONSTRAINT "metrology_recipe_draft_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "metrology_recipe_draft_recipe_id_fkey" FOREIGN KEY ("recipe_id") REFERENCES "metrology_recipe"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "metrology_recipe_draft_state" CHECK ("state" IN ('draft', 'proposed', 'in_use', 'discarded'))
);

CREATE INDEX "metrology_recipe_draft_recipe_id_idx" ON "metrology_recipe_draft"("recipe_id");

-- One open draft per author and recipe.
CREATE UNIQUE INDEX "metrology_recipe_draft_open" ON "metrology_recipe_draft"("recipe_id", "author") WHERE "state" IN ('draft', 'proposed');

-- A draft and the version in force, both fitted to the same stored spectra, wafer after wafer.
CREATE TABLE "metrology_recipe_trial" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "draft_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    -- 0: nothing in force to compare with
    "base_version" INTEGER NOT NULL,
    "content" JSONB NOT NULL,
    "certificate" JSONB,
    -- [{ id, at }] of the spectra, oldest first
    "refs" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'running',
    -- wafers fitted, each an entry of results
    "done" INTEGER NOT NULL DEFAULT 0,
    "results" JSONB NOT NULL DEFAULT '[]',
    "error" TEXT,
    "code_version" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "metrology_recipe_trial_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "metrology_recipe_trial_draft_id_fkey" FOREIGN KEY ("draft_id") REFERENCES "metrology_recipe_draft"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "metrology_recipe_trial_state" CHECK ("state" IN ('running', 'stopped', 'ready', 'failed'))
);

CREATE INDEX "metrology_recipe_trial_draft_id_created_at_idx" ON "metrology_recipe_trial"("draft_id", "created_at");
