-- The line of the file that names the columns, from 1; empty: it is searched for.
ALTER TABLE "csv_mapping" ADD COLUMN "header_line" INTEGER CHECK ("header_line" >= 1);
