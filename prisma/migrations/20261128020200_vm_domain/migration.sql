-- Limits of T2 and SPE that a version got from later data (null for versions from before), and how they are followed from day to day.
ALTER TABLE "vm_version" ADD COLUMN "domain" JSONB;

CREATE TABLE "vm_domain_shift" (
    "model_id" UUID NOT NULL,
    "effective_from" TIMESTAMPTZ(3) NOT NULL,
    "shift" DOUBLE PRECISION NOT NULL,
    "predictions" INTEGER NOT NULL,
    "outside" INTEGER NOT NULL,

    CONSTRAINT "vm_domain_shift_pkey" PRIMARY KEY ("model_id","effective_from"),
    CONSTRAINT "vm_domain_shift_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "vm_model"("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
