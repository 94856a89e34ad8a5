-- The versions of the code that ever computed here, stage by stage, each with the time it was first at work.
CREATE TABLE "code_version" (
  "stage" TEXT NOT NULL,
  "version" TEXT NOT NULL,
  "first_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  CONSTRAINT "code_version_pkey" PRIMARY KEY ("stage", "version")
);
