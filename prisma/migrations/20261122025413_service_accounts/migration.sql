-- CreateEnum
CREATE TYPE "party_kind" AS ENUM ('USER', 'SERVICE_ACCOUNT');

-- CreateEnum
CREATE TYPE "shared_resource" AS ENUM ('GLOBAL_MY_ITEMS', 'USER_AND_GROUP_MANAGEMENT', 'ALL_FLOWS_AND_INTEGRATIONS');

-- DropForeignKey
ALTER TABLE "audit_entry" DROP CONSTRAINT "audit_entry_actor_id_fkey";

-- DropForeignKey
ALTER TABLE "audit_entry" DROP CONSTRAINT "audit_entry_subject_id_fkey";

-- DropForeignKey
ALTER TABLE "dataset_field" DROP CONSTRAINT "dataset_field_created_by_id_fkey";

-- DropForeignKey
ALTER TABLE "dataset_import" DROP CONSTRAINT "dataset_import_created_by_id_fkey";

-- DropForeignKey
ALTER TABLE "dataset_view" DROP CONSTRAINT "dataset_view_created_by_id_fkey";

-- DropForeignKey
ALTER TABLE "egress_record" DROP CONSTRAINT "egress_record_user_id_fkey";

-- DropForeignKey
ALTER TABLE "flow" DROP CONSTRAINT "flow_created_by_id_fkey";

-- DropForeignKey
ALTER TABLE "flow_member" DROP CONSTRAINT "flow_member_added_by_id_fkey";

-- DropIndex
DROP INDEX "audit_entry_actor_id_idx";

-- DropIndex
DROP INDEX "audit_entry_subject_id_idx";

-- DropIndex
DROP INDEX "egress_record_account_id_user_id_at_idx";

-- DropIndex
DROP INDEX "egress_record_user_id_idx";

-- DropIndex
DROP INDEX "service_account_account_id_name_key_key";

-- AlterTable
ALTER TABLE "audit_entry" ADD COLUMN     "grant_id" UUID,
ADD COLUMN     "reason" TEXT;

-- AlterTable
ALTER TABLE "egress_record" RENAME COLUMN "user_id" TO "subject_id";
ALTER TABLE "egress_record" ADD COLUMN     "actor_id" UUID;
UPDATE "egress_record" SET "actor_id" = "subject_id";
ALTER TABLE "egress_record" ALTER COLUMN "actor_id" SET NOT NULL;

-- AlterTable
ALTER TABLE "service_account" ADD COLUMN     "deleted_at" TIMESTAMPTZ(3),
ADD COLUMN     "disabled_at" TIMESTAMPTZ(3),
ADD COLUMN     "slot" SMALLINT;

-- CreateTable
CREATE TABLE "party" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "kind" "party_kind" NOT NULL,

    CONSTRAINT "party_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access_key" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "service_account_id" UUID,
    "user_id" UUID,
    "slot" SMALLINT,
    "name" TEXT NOT NULL,
    "secret_hash" BYTEA,
    "pepper_version" SMALLINT NOT NULL,
    "permissions" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "expires_at" TIMESTAMPTZ(3),
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "last_used_from" TEXT,
    "successor_id" UUID,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "access_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "impersonation_grant" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "service_account_id" UUID NOT NULL,
    "flow_id" UUID,
    "resource" "shared_resource",
    "reason" TEXT,
    "expires_at" TIMESTAMPTZ(3),
    "granted_by_id" UUID,
    "granted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_by_id" UUID,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "impersonation_grant_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "party_account_id_idx" ON "party"("account_id");

-- CreateIndex
CREATE UNIQUE INDEX "access_key_successor_id_key" ON "access_key"("successor_id");

-- CreateIndex
CREATE INDEX "access_key_account_id_idx" ON "access_key"("account_id");

-- CreateIndex
CREATE INDEX "access_key_created_by_id_idx" ON "access_key"("created_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "access_key_service_account_id_slot_key" ON "access_key"("service_account_id", "slot");

-- CreateIndex
CREATE UNIQUE INDEX "access_key_user_id_slot_key" ON "access_key"("user_id", "slot");

-- CreateIndex
CREATE INDEX "impersonation_grant_service_account_id_id_idx" ON "impersonation_grant"("service_account_id", "id");

-- CreateIndex
CREATE INDEX "impersonation_grant_flow_id_id_idx" ON "impersonation_grant"("flow_id", "id");

-- CreateIndex
CREATE INDEX "impersonation_grant_account_id_resource_id_idx" ON "impersonation_grant"("account_id", "resource", "id");

-- CreateIndex
CREATE INDEX "impersonation_grant_granted_by_id_idx" ON "impersonation_grant"("granted_by_id");

-- CreateIndex
CREATE INDEX "impersonation_grant_revoked_by_id_idx" ON "impersonation_grant"("revoked_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "impersonation_grant_service_account_id_flow_id_key" ON "impersonation_grant"("service_account_id", "flow_id") WHERE ("revoked_at" IS NULL);

-- CreateIndex
CREATE UNIQUE INDEX "impersonation_grant_service_account_id_resource_key" ON "impersonation_grant"("service_account_id", "resource") WHERE ("revoked_at" IS NULL);

-- CreateIndex
CREATE INDEX "audit_entry_subject_id_id_idx" ON "audit_entry"("subject_id", "id");

-- CreateIndex
CREATE INDEX "audit_entry_actor_id_id_idx" ON "audit_entry"("actor_id", "id");

-- CreateIndex
CREATE INDEX "audit_entry_actor_id_subject_id_id_idx" ON "audit_entry"("actor_id", "subject_id", "id");

-- CreateIndex
CREATE INDEX "audit_entry_grant_id_id_idx" ON "audit_entry"("grant_id", "id");

-- CreateIndex
CREATE INDEX "egress_record_account_id_subject_id_at_idx" ON "egress_record"("account_id", "subject_id", "at");

-- CreateIndex
CREATE INDEX "egress_record_subject_id_idx" ON "egress_record"("subject_id");

-- CreateIndex
CREATE INDEX "egress_record_actor_id_idx" ON "egress_record"("actor_id");

-- CreateIndex
CREATE INDEX "service_account_account_id_id_idx" ON "service_account"("account_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "service_account_account_id_slot_key" ON "service_account"("account_id", "slot");

-- CreateIndex
CREATE UNIQUE INDEX "service_account_account_id_name_key_key" ON "service_account"("account_id", "name_key") WHERE ("deleted_at" IS NULL);

-- Everybody there is has a party, and every program a place.
INSERT INTO "party" ("id", "account_id", "kind") SELECT "id", "account_id", 'USER' FROM "user";
INSERT INTO "party" ("id", "account_id", "kind") SELECT "id", "account_id", 'SERVICE_ACCOUNT' FROM "service_account";
UPDATE "service_account" SET "slot" = "place"
FROM (SELECT "id" AS "of", row_number() OVER (PARTITION BY "account_id" ORDER BY "id") AS "place" FROM "service_account") AS "places"
WHERE "id" = "of";

-- AddForeignKey
ALTER TABLE "party" ADD CONSTRAINT "party_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user" ADD CONSTRAINT "user_id_fkey" FOREIGN KEY ("id") REFERENCES "party"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service_account" ADD CONSTRAINT "service_account_id_fkey" FOREIGN KEY ("id") REFERENCES "party"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_key" ADD CONSTRAINT "access_key_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_key" ADD CONSTRAINT "access_key_service_account_id_fkey" FOREIGN KEY ("service_account_id") REFERENCES "service_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_key" ADD CONSTRAINT "access_key_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_key" ADD CONSTRAINT "access_key_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_key" ADD CONSTRAINT "access_key_successor_id_fkey" FOREIGN KEY ("successor_id") REFERENCES "access_key"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "impersonation_grant" ADD CONSTRAINT "impersonation_grant_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "impersonation_grant" ADD CONSTRAINT "impersonation_grant_service_account_id_fkey" FOREIGN KEY ("service_account_id") REFERENCES "service_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "impersonation_grant" ADD CONSTRAINT "impersonation_grant_flow_id_fkey" FOREIGN KEY ("flow_id") REFERENCES "flow"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "impersonation_grant" ADD CONSTRAINT "impersonation_grant_granted_by_id_fkey" FOREIGN KEY ("granted_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "impersonation_grant" ADD CONSTRAINT "impersonation_grant_revoked_by_id_fkey" FOREIGN KEY ("revoked_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow" ADD CONSTRAINT "flow_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "party"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "flow_member" ADD CONSTRAINT "flow_member_added_by_id_fkey" FOREIGN KEY ("added_by_id") REFERENCES "party"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_view" ADD CONSTRAINT "dataset_view_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "party"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_field" ADD CONSTRAINT "dataset_field_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "party"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_import" ADD CONSTRAINT "dataset_import_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "party"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "egress_record" ADD CONSTRAINT "egress_record_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "party"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "egress_record" ADD CONSTRAINT "egress_record_actor_id_fkey" FOREIGN KEY ("actor_id") REFERENCES "party"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_entry" ADD CONSTRAINT "audit_entry_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "party"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_entry" ADD CONSTRAINT "audit_entry_actor_id_fkey" FOREIGN KEY ("actor_id") REFERENCES "party"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_entry" ADD CONSTRAINT "audit_entry_grant_id_fkey" FOREIGN KEY ("grant_id") REFERENCES "impersonation_grant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- By hand: what the Prisma schema cannot say.

-- A person or a service account brings its party along.
CREATE FUNCTION "bring_party"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "party" ("id", "account_id", "kind") VALUES (NEW."id", NEW."account_id", TG_ARGV[0]::"party_kind");
  RETURN NEW;
END;
$$;

CREATE TRIGGER "user_brings_party"
  BEFORE INSERT ON "user" FOR EACH ROW EXECUTE FUNCTION "bring_party"('USER');

CREATE TRIGGER "service_account_brings_party"
  BEFORE INSERT ON "service_account" FOR EACH ROW EXECUTE FUNCTION "bring_party"('SERVICE_ACCOUNT');

-- The limits: a place for each, whoever comes at the same time. Only what is deleted has none.
ALTER TABLE "service_account" ADD CONSTRAINT "service_account_place"
  CHECK ("slot" BETWEEN 1 AND 25 AND "deleted_at" IS NULL OR "slot" IS NULL AND "deleted_at" IS NOT NULL);

ALTER TABLE "access_key" ADD CONSTRAINT "access_key_place"
  CHECK ("slot" BETWEEN 1 AND 50 AND "deleted_at" IS NULL OR "slot" IS NULL AND "deleted_at" IS NOT NULL);

-- A key belongs to one holder, and a deleted one has no secret.
ALTER TABLE "access_key" ADD CONSTRAINT "access_key_one_holder"
  CHECK (num_nonnulls("service_account_id", "user_id") = 1);

ALTER TABLE "access_key" ADD CONSTRAINT "access_key_secret"
  CHECK (("secret_hash" IS NULL) = ("deleted_at" IS NOT NULL));

-- A live grant is about one flow or one shared resource.
ALTER TABLE "impersonation_grant" ADD CONSTRAINT "impersonation_grant_one_resource"
  CHECK (num_nonnulls("flow_id", "resource") = 1 OR "revoked_at" IS NOT NULL);

-- The account roles of a person and, through their parents, all that these inherit.
CREATE FUNCTION "held_roles"("person" uuid) RETURNS json LANGUAGE sql STABLE AS $$
  WITH RECURSIVE "held"("role_id", "direct") AS (
    SELECT "role_id", true FROM "role_assignment" WHERE "user_id" = "person"
    UNION
    SELECT p."parent_id", false FROM "role_parent" p JOIN "held" USING ("role_id"))
  SELECT coalesce(json_agg(json_build_object(
           'builtIn', r."built_in", 'name', r."name", 'permissions', r."permissions", 'direct', h."direct")
           ORDER BY h."role_id", h."direct"), '[]')
  FROM "held" h JOIN "role" r ON r."id" = h."role_id"
$$;

-- The memberships by which a flow has an active Admin or Owner: of a person, of a service account, or of a group with an
-- active person whom no membership of their own makes something else.
CREATE VIEW "active_admin" AS
  SELECT DISTINCT m."flow_id", m."id" AS "member_id"
  FROM "flow_member" m
  LEFT JOIN "group_member" gm ON gm."group_id" = m."group_id"
  LEFT JOIN "user" u ON u."id" = coalesce(m."user_id", gm."user_id")
  LEFT JOIN "flow_member" own ON own."flow_id" = m."flow_id" AND own."user_id" = gm."user_id"
  LEFT JOIN "service_account" s ON s."id" = m."service_account_id"
  WHERE m."role" IN ('ADMIN', 'OWNER')
    AND (s."id" IS NOT NULL AND s."disabled_at" IS NULL AND s."deleted_at" IS NULL
         OR u."status" = 'ACTIVE' AND u."removed_at" IS NULL AND (own."id" IS NULL OR own."role" = m."role"));
