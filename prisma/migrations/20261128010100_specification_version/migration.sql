-- A specification is a version with author and reason; what stands so far is version 1, from the start.
-- AlterTable
ALTER TABLE "specification" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;

-- CreateTable
CREATE TABLE "specification_version" (
    "product" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "parameter" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "target" DOUBLE PRECISION,
    "lsl" DOUBLE PRECISION,
    "usl" DOUBLE PRECISION,
    "from_document" BOOLEAN NOT NULL DEFAULT false,
    "author" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "valid_from" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "specification_version_pkey" PRIMARY KEY ("product","operation","parameter","version")
);

-- AddForeignKey
ALTER TABLE "specification_version" ADD CONSTRAINT "specification_version_product_operation_parameter_fkey" FOREIGN KEY ("product", "operation", "parameter") REFERENCES "specification"("product", "operation", "parameter") ON DELETE RESTRICT ON UPDATE CASCADE;

INSERT INTO "specification_version" ("product", "operation", "parameter", "version", "target", "lsl", "usl", "from_document", "author", "reason", "valid_from")
SELECT "product", "operation", "parameter", 1, "target", "lsl", "usl", true, 'Driftless', 'as registered before specifications had versions', to_timestamp(0) FROM "specification";
