-- The password was made by somebody else: its owner chooses one before anything else is done with the account.
ALTER TABLE "user" ADD COLUMN "password_due" BOOLEAN NOT NULL DEFAULT false;
