-- CreateEnum
CREATE TYPE "user_status" AS ENUM ('ACTIVE', 'SUSPENDED');

-- CreateEnum
CREATE TYPE "added_via" AS ENUM ('INVITATION', 'SSO', 'SCIM', 'MANUAL');

-- CreateEnum
CREATE TYPE "flow_kind" AS ENUM ('PROCESS', 'BOARD', 'APP', 'DATASET', 'LIST', 'INTEGRATION', 'CHAT', 'SPACE');

-- CreateEnum
CREATE TYPE "member_role" AS ENUM ('ADMIN', 'MEMBER', 'OWNER', 'EDITOR', 'VIEWER', 'NONE');

-- CreateEnum
CREATE TYPE "egress_policy" AS ENUM ('EVERY_ROLE', 'ADMINS_AND_MEMBERS', 'ADMINS', 'NOBODY');

-- CreateEnum
CREATE TYPE "session_transport" AS ENUM ('COOKIE', 'BEARER');

-- CreateEnum
CREATE TYPE "audit_outcome" AS ENUM ('SUCCEEDED', 'REFUSED', 'FAILED');

-- CreateTable
CREATE TABLE "account" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "email_verified_at" TIMESTAMPTZ(3),
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "status" "user_status" NOT NULL DEFAULT 'ACTIVE',
    "password_hash" TEXT,
    "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "added_by_id" UUID,
    "added_via" "added_via" NOT NULL DEFAULT 'MANUAL',
    "last_signed_in_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "role" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "built_in" TEXT,
    "name" TEXT NOT NULL,
    "permissions" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "role_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "role_parent" (
    "role_id" UUID NOT NULL,
    "parent_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,

    CONSTRAINT "role_parent_pkey" PRIMARY KEY ("role_id","parent_id")
);

-- CreateTable
CREATE TABLE "role_assignment" (
    "user_id" UUID NOT NULL,
    "role_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "assigned_by_id" UUID,
    "assigned_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "role_assignment_pkey" PRIMARY KEY ("user_id","role_id")
);

-- CreateTable
CREATE TABLE "group" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "group_member" (
    "group_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "group_member_pkey" PRIMARY KEY ("group_id","user_id")
);

-- CreateTable
CREATE TABLE "service_account" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "handle" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "service_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "flow" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "kind" "flow_kind" NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "flow_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "flow_member" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "flow_id" UUID NOT NULL,
    "user_id" UUID,
    "group_id" UUID,
    "service_account_id" UUID,
    "role" "member_role" NOT NULL,
    "added_by_id" UUID,
    "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "flow_member_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dataset_settings" (
    "flow_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "download_policy" "egress_policy" NOT NULL DEFAULT 'EVERY_ROLE',
    "print_policy" "egress_policy" NOT NULL DEFAULT 'EVERY_ROLE',
    "export_policy" "egress_policy" NOT NULL DEFAULT 'EVERY_ROLE',
    "default_view_id" UUID,

    CONSTRAINT "dataset_settings_pkey" PRIMARY KEY ("flow_id")
);

-- CreateTable
CREATE TABLE "dataset_view" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "flow_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dataset_view_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "pepper_version" SMALLINT NOT NULL,
    "transport" "session_transport" NOT NULL,
    "signed_in_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "ip_address" TEXT,
    "user_agent" TEXT,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" UUID NOT NULL,
    "account_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "action" TEXT NOT NULL,
    "outcome" "audit_outcome" NOT NULL,
    "subject_id" UUID,
    "actor_id" UUID,
    "credential_kind" TEXT,
    "credential_id" TEXT,
    "target_type" TEXT,
    "target_id" UUID,
    "before" JSONB,
    "after" JSONB,
    "via" TEXT,
    "code" TEXT,
    "denial" JSONB,
    "request_id" TEXT NOT NULL,
    "ip_address" TEXT,
    "user_agent" TEXT,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempt_count" (
    "key" TEXT NOT NULL,
    "points" INTEGER NOT NULL,
    "expire" TIMESTAMPTZ(3),

    CONSTRAINT "attempt_count_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "account_slug_key" ON "account"("slug");

-- CreateIndex
CREATE INDEX "user_email_idx" ON "user"("email");

-- CreateIndex
CREATE INDEX "user_account_id_name_key_idx" ON "user"("account_id", "name_key");

-- CreateIndex
CREATE INDEX "user_added_by_id_idx" ON "user"("added_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "user_account_id_email_key" ON "user"("account_id", "email") WHERE ("removed_at" IS NULL);

-- CreateIndex
CREATE UNIQUE INDEX "role_account_id_name_key" ON "role"("account_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "role_account_id_built_in_key" ON "role"("account_id", "built_in");

-- CreateIndex
CREATE INDEX "role_parent_parent_id_idx" ON "role_parent"("parent_id");

-- CreateIndex
CREATE INDEX "role_parent_account_id_idx" ON "role_parent"("account_id");

-- CreateIndex
CREATE INDEX "role_assignment_role_id_idx" ON "role_assignment"("role_id");

-- CreateIndex
CREATE INDEX "role_assignment_assigned_by_id_idx" ON "role_assignment"("assigned_by_id");

-- CreateIndex
CREATE INDEX "role_assignment_account_id_idx" ON "role_assignment"("account_id");

-- CreateIndex
CREATE UNIQUE INDEX "group_account_id_name_key_key" ON "group"("account_id", "name_key");

-- CreateIndex
CREATE INDEX "group_member_user_id_idx" ON "group_member"("user_id");

-- CreateIndex
CREATE INDEX "group_member_account_id_idx" ON "group_member"("account_id");

-- CreateIndex
CREATE INDEX "service_account_created_by_id_idx" ON "service_account"("created_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "service_account_account_id_name_key_key" ON "service_account"("account_id", "name_key");

-- CreateIndex
CREATE UNIQUE INDEX "service_account_account_id_handle_key" ON "service_account"("account_id", "handle");

-- CreateIndex
CREATE INDEX "flow_account_id_kind_name_id_idx" ON "flow"("account_id", "kind", "name", "id");

-- CreateIndex
CREATE INDEX "flow_account_id_kind_id_idx" ON "flow"("account_id", "kind", "id");

-- CreateIndex
CREATE INDEX "flow_created_by_id_idx" ON "flow"("created_by_id");

-- CreateIndex
CREATE INDEX "flow_member_flow_id_id_idx" ON "flow_member"("flow_id", "id");

-- CreateIndex
CREATE INDEX "flow_member_user_id_idx" ON "flow_member"("user_id");

-- CreateIndex
CREATE INDEX "flow_member_group_id_idx" ON "flow_member"("group_id");

-- CreateIndex
CREATE INDEX "flow_member_service_account_id_idx" ON "flow_member"("service_account_id");

-- CreateIndex
CREATE INDEX "flow_member_added_by_id_idx" ON "flow_member"("added_by_id");

-- CreateIndex
CREATE INDEX "flow_member_account_id_idx" ON "flow_member"("account_id");

-- CreateIndex
CREATE UNIQUE INDEX "flow_member_flow_id_user_id_key" ON "flow_member"("flow_id", "user_id");

-- CreateIndex
CREATE UNIQUE INDEX "flow_member_flow_id_group_id_key" ON "flow_member"("flow_id", "group_id");

-- CreateIndex
CREATE UNIQUE INDEX "flow_member_flow_id_service_account_id_key" ON "flow_member"("flow_id", "service_account_id");

-- CreateIndex
CREATE INDEX "dataset_settings_account_id_idx" ON "dataset_settings"("account_id");

-- CreateIndex
CREATE INDEX "dataset_settings_default_view_id_idx" ON "dataset_settings"("default_view_id");

-- CreateIndex
CREATE INDEX "dataset_view_flow_id_id_idx" ON "dataset_view"("flow_id", "id");

-- CreateIndex
CREATE INDEX "dataset_view_created_by_id_idx" ON "dataset_view"("created_by_id");

-- CreateIndex
CREATE INDEX "dataset_view_account_id_idx" ON "dataset_view"("account_id");

-- CreateIndex
CREATE INDEX "session_user_id_id_idx" ON "session"("user_id", "id");

-- CreateIndex
CREATE INDEX "session_account_id_idx" ON "session"("account_id");

-- CreateIndex
CREATE INDEX "audit_entry_account_id_id_idx" ON "audit_entry"("account_id", "id");

-- CreateIndex
CREATE INDEX "audit_entry_account_id_subject_id_id_idx" ON "audit_entry"("account_id", "subject_id", "id");

-- CreateIndex
CREATE INDEX "audit_entry_account_id_action_id_idx" ON "audit_entry"("account_id", "action", "id");

-- CreateIndex
CREATE INDEX "audit_entry_account_id_at_idx" ON "audit_entry"("account_id", "at");

-- CreateIndex
CREATE INDEX "audit_entry_subject_id_idx" ON "audit_entry"("subject_id");

-- CreateIndex
CREATE INDEX "audit_entry_actor_id_idx" ON "audit_entry"("actor_id");

-- CreateIndex
CREATE INDEX "audit_entry_target_id_id_idx" ON "audit_entry"("target_id", "id");

-- CreateIndex
CREATE INDEX "attempt_count_expire_idx" ON "attempt_count"("expire");

-- AddForeignKey
ALTER TABLE "user" ADD CONSTRAINT "user_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user" ADD CONSTRAINT "user_added_by_id_fkey" FOREIGN KEY ("added_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role" ADD CONSTRAINT "role_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_parent" ADD CONSTRAINT "role_parent_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_parent" ADD CONSTRAINT "role_parent_role_id_fkey" FOREIGN KEY ("role_id") REFERENCES "role"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_parent" ADD CONSTRAINT "role_parent_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "role"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_assignment" ADD CONSTRAINT "role_assignment_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_assignment" ADD CONSTRAINT "role_assignment_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_assignment" ADD CONSTRAINT "role_assignment_role_id_fkey" FOREIGN KEY ("role_id") REFERENCES "role"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_assignment" ADD CONSTRAINT "role_assignment_assigned_by_id_fkey" FOREIGN KEY ("assigned_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group" ADD CONSTRAINT "group_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service_account" ADD CONSTRAINT "service_account_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service_account" ADD CONSTRAINT "service_account_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow" ADD CONSTRAINT "flow_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow" ADD CONSTRAINT "flow_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow_member" ADD CONSTRAINT "flow_member_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow_member" ADD CONSTRAINT "flow_member_flow_id_fkey" FOREIGN KEY ("flow_id") REFERENCES "flow"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow_member" ADD CONSTRAINT "flow_member_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow_member" ADD CONSTRAINT "flow_member_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow_member" ADD CONSTRAINT "flow_member_service_account_id_fkey" FOREIGN KEY ("service_account_id") REFERENCES "service_account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow_member" ADD CONSTRAINT "flow_member_added_by_id_fkey" FOREIGN KEY ("added_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_settings" ADD CONSTRAINT "dataset_settings_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_settings" ADD CONSTRAINT "dataset_settings_flow_id_fkey" FOREIGN KEY ("flow_id") REFERENCES "flow"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_settings" ADD CONSTRAINT "dataset_settings_default_view_id_fkey" FOREIGN KEY ("default_view_id") REFERENCES "dataset_view"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_view" ADD CONSTRAINT "dataset_view_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_view" ADD CONSTRAINT "dataset_view_flow_id_fkey" FOREIGN KEY ("flow_id") REFERENCES "flow"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_view" ADD CONSTRAINT "dataset_view_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_entry" ADD CONSTRAINT "audit_entry_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_entry" ADD CONSTRAINT "audit_entry_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_entry" ADD CONSTRAINT "audit_entry_actor_id_fkey" FOREIGN KEY ("actor_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- By hand: what the Prisma schema cannot say.

-- A grant is given to exactly one user, group or service account.
ALTER TABLE "flow_member" ADD CONSTRAINT "flow_member_one_grantee"
  CHECK (num_nonnulls("user_id", "group_id", "service_account_id") = 1);

-- The audit trail is append-only.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_entry is append-only: % is refused', TG_OP
    USING ERRCODE = 'insufficient_privilege';
END;
$$;

CREATE TRIGGER "audit_entry_append_only"
  BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entry"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();
