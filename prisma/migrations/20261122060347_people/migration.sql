-- CreateEnum
CREATE TYPE "account_plan" AS ENUM ('FREE', 'PRO', 'ENTERPRISE');

-- CreateEnum
CREATE TYPE "invitation_state" AS ENUM ('PENDING', 'ACCEPTED', 'EXPIRED', 'REVOKED');

-- CreateEnum
CREATE TYPE "delivery_state" AS ENUM ('QUEUED', 'SENT', 'FAILED');

-- CreateEnum
CREATE TYPE "access_review_scope" AS ENUM ('EVERYTHING', 'ACCOUNT_ROLES', 'GROUPS', 'FLOWS');

-- CreateEnum
CREATE TYPE "access_kind" AS ENUM ('ACCOUNT_ROLE', 'GROUP', 'FLOW');

-- CreateEnum
CREATE TYPE "access_review_decision" AS ENUM ('CONFIRMED', 'REVOKED');

-- CreateEnum
CREATE TYPE "access_review_outcome" AS ENUM ('KEPT', 'REMOVED', 'GONE', 'REFUSED');

-- CreateEnum
CREATE TYPE "sign_in_method" AS ENUM ('PASSWORD');

-- DropIndex
DROP INDEX "role_account_id_name_key";

-- DropIndex
DROP INDEX "user_account_id_name_key_idx";

-- AlterTable
ALTER TABLE "account" ADD COLUMN     "invitation_days" SMALLINT NOT NULL DEFAULT 7,
ADD COLUMN     "plan" "account_plan" NOT NULL DEFAULT 'FREE',
ADD COLUMN     "review_days" SMALLINT NOT NULL DEFAULT 90;

-- AlterTable
ALTER TABLE "audit_entry" ADD COLUMN     "batch_id" UUID;

-- AlterTable
ALTER TABLE "role" ADD COLUMN     "description" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "name_key" TEXT;

UPDATE "role" SET "name_key" = lower("name");

ALTER TABLE "role" ALTER COLUMN "name_key" SET NOT NULL;

-- AlterTable
ALTER TABLE "session" ADD COLUMN     "method" "sign_in_method" NOT NULL DEFAULT 'PASSWORD';

-- AlterTable
ALTER TABLE "user" ADD COLUMN     "mfa_enrolled_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "invitation" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "role_id" UUID,
    "state" "invitation_state" NOT NULL DEFAULT 'PENDING',
    "secret_hash" BYTEA,
    "pepper_version" SMALLINT NOT NULL,
    "invited_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "delivery" "delivery_state" NOT NULL DEFAULT 'QUEUED',
    "delivery_problem" TEXT,
    "accepted_by_id" UUID,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invitation_group" (
    "invitation_id" UUID NOT NULL,
    "group_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,

    CONSTRAINT "invitation_group_pkey" PRIMARY KEY ("invitation_id","group_id")
);

-- CreateTable
CREATE TABLE "password_reset" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "pepper_version" SMALLINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "password_reset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access_review" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "scope" "access_review_scope" NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "started_by_id" UUID,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_by_id" UUID,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "access_review_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access_review_line" (
    "id" UUID NOT NULL,
    "review_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "kind" "access_kind" NOT NULL,
    "holder_id" UUID,
    "holder_name" TEXT NOT NULL,
    "resource_id" UUID NOT NULL,
    "resource_name" TEXT NOT NULL,
    "member_id" UUID,
    "member_role" "member_role",
    "decision" "access_review_decision",
    "decided_by_id" UUID,
    "decided_at" TIMESTAMPTZ(3),
    "outcome" "access_review_outcome",

    CONSTRAINT "access_review_line_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "invitation_accepted_by_id_key" ON "invitation"("accepted_by_id");

-- CreateIndex
CREATE INDEX "invitation_account_id_id_idx" ON "invitation"("account_id", "id");

-- CreateIndex
CREATE INDEX "invitation_account_id_state_id_idx" ON "invitation"("account_id", "state", "id");

-- CreateIndex
CREATE INDEX "invitation_role_id_idx" ON "invitation"("role_id");

-- CreateIndex
CREATE INDEX "invitation_invited_by_id_idx" ON "invitation"("invited_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "invitation_account_id_email_key" ON "invitation"("account_id", "email") WHERE ("closed_at" IS NULL);

-- CreateIndex
CREATE INDEX "invitation_group_group_id_idx" ON "invitation_group"("group_id");

-- CreateIndex
CREATE INDEX "invitation_group_account_id_idx" ON "invitation_group"("account_id");

-- CreateIndex
CREATE INDEX "password_reset_user_id_idx" ON "password_reset"("user_id");

-- CreateIndex
CREATE INDEX "password_reset_account_id_idx" ON "password_reset"("account_id");

-- CreateIndex
CREATE INDEX "access_review_account_id_id_idx" ON "access_review"("account_id", "id");

-- CreateIndex
CREATE INDEX "access_review_started_by_id_idx" ON "access_review"("started_by_id");

-- CreateIndex
CREATE INDEX "access_review_closed_by_id_idx" ON "access_review"("closed_by_id");

-- CreateIndex
CREATE INDEX "access_review_line_review_id_id_idx" ON "access_review_line"("review_id", "id");

-- CreateIndex
CREATE INDEX "access_review_line_account_id_idx" ON "access_review_line"("account_id");

-- CreateIndex
CREATE INDEX "access_review_line_holder_id_idx" ON "access_review_line"("holder_id");

-- CreateIndex
CREATE INDEX "access_review_line_decided_by_id_idx" ON "access_review_line"("decided_by_id");

-- CreateIndex
CREATE INDEX "audit_entry_batch_id_id_idx" ON "audit_entry"("batch_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "role_account_id_name_key_key" ON "role"("account_id", "name_key");

-- CreateIndex
CREATE INDEX "user_account_id_name_key_id_idx" ON "user"("account_id", "name_key", "id");

-- CreateIndex
CREATE INDEX "user_account_id_last_signed_in_at_idx" ON "user"("account_id", "last_signed_in_at");

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_role_id_fkey" FOREIGN KEY ("role_id") REFERENCES "role"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_invited_by_id_fkey" FOREIGN KEY ("invited_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_accepted_by_id_fkey" FOREIGN KEY ("accepted_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation_group" ADD CONSTRAINT "invitation_group_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation_group" ADD CONSTRAINT "invitation_group_invitation_id_fkey" FOREIGN KEY ("invitation_id") REFERENCES "invitation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation_group" ADD CONSTRAINT "invitation_group_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "password_reset" ADD CONSTRAINT "password_reset_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "password_reset" ADD CONSTRAINT "password_reset_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_review" ADD CONSTRAINT "access_review_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_review" ADD CONSTRAINT "access_review_started_by_id_fkey" FOREIGN KEY ("started_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_review" ADD CONSTRAINT "access_review_closed_by_id_fkey" FOREIGN KEY ("closed_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_review_line" ADD CONSTRAINT "access_review_line_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_review_line" ADD CONSTRAINT "access_review_line_review_id_fkey" FOREIGN KEY ("review_id") REFERENCES "access_review"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_review_line" ADD CONSTRAINT "access_review_line_holder_id_fkey" FOREIGN KEY ("holder_id") REFERENCES "party"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_review_line" ADD CONSTRAINT "access_review_line_decided_by_id_fkey" FOREIGN KEY ("decided_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- By hand: what the Prisma schema cannot say.

-- Whoever was here before plans were keeps what they had.
UPDATE "account" SET "plan" = 'ENTERPRISE';

ALTER TABLE "account" ADD CONSTRAINT "account_invitation_days" CHECK ("invitation_days" BETWEEN 1 AND 30);

ALTER TABLE "account" ADD CONSTRAINT "account_review_days" CHECK ("review_days" BETWEEN 1 AND 366);

-- What is over has no secret any more.
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_closed"
  CHECK (("state" = 'PENDING') = ("closed_at" IS NULL) AND ("state" = 'PENDING') = ("secret_hash" IS NOT NULL));

-- A role is no parent of itself, and a built-in one has no other permissions and parents than the code says.
ALTER TABLE "role_parent" ADD CONSTRAINT "role_parent_other" CHECK ("role_id" <> "parent_id");

ALTER TABLE "role" ADD CONSTRAINT "role_built_in_permissions"
  CHECK ("built_in" IS NULL OR cardinality("permissions") = 0);
