-- CreateTable
CREATE TABLE "metrology_surrogate" (
    "id" UUID NOT NULL,
    "recipe_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "axis_id" UUID NOT NULL,
    "settings" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "slices" INTEGER NOT NULL DEFAULT 0,
    "progress" JSONB,
    "error" TEXT,
    "checkpoint_phase" TEXT,
    "samples" BYTEA,
    "training" BYTEA,
    "held_back" BYTEA,
    "model" BYTEA,
    "result" JSONB,
    "author" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "metrology_surrogate_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "metrology_surrogate_recipe_id_version_axis_id_key" ON "metrology_surrogate"("recipe_id", "version", "axis_id");

-- AddForeignKey
ALTER TABLE "metrology_surrogate" ADD CONSTRAINT "metrology_surrogate_recipe_id_version_fkey" FOREIGN KEY ("recipe_id", "version") REFERENCES "metrology_recipe_version"("recipe_id", "version") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AlterTable
ALTER TABLE "spectrum_fit" ADD COLUMN "by_surrogate" INTEGER NOT NULL DEFAULT 0;

-- Written by hand from here: what the schema language cannot say.

ALTER TABLE "metrology_surrogate" ADD CONSTRAINT "metrology_surrogate_state" CHECK ("state" IN ('training', 'stopped', 'ready', 'failed', 'retired'));
