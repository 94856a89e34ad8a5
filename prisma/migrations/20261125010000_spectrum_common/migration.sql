-- Sites that found a wafer's common parameters together; 0 where every site was fitted alone.
-- AlterTable
ALTER TABLE "spectrum_fit" ADD COLUMN "common_sites" INTEGER NOT NULL DEFAULT 0;
