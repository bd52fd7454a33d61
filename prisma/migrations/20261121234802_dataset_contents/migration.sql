-- CreateEnum
CREATE TYPE "field_type" AS ENUM ('TEXT', 'LONG_TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'DATE_TIME', 'CHOICE', 'EMAIL', 'USER');

-- CreateEnum
CREATE TYPE "row_change_kind" AS ENUM ('ADDED', 'UPDATED', 'REMOVED');

-- CreateEnum
CREATE TYPE "import_state" AS ENUM ('WAITING', 'RECEIVING', 'READY', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "egress_kind" AS ENUM ('DOWNLOAD', 'PRINT', 'EXPORT');

-- AlterTable
ALTER TABLE "dataset_view" ADD COLUMN     "definition" JSONB NOT NULL DEFAULT '{}';

-- CreateTable
CREATE TABLE "dataset_field" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "flow_id" UUID NOT NULL,
    "slot" SERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "help_text" TEXT NOT NULL DEFAULT '',
    "type" "field_type" NOT NULL,
    "is_required" BOOLEAN NOT NULL DEFAULT false,
    "is_unique" BOOLEAN NOT NULL DEFAULT false,
    "default_value" JSONB,
    "choices" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "position" INTEGER NOT NULL,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dataset_field_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dataset_row" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "flow_id" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "values" JSONB NOT NULL,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by_id" UUID,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dataset_row_pkey" PRIMARY KEY ("flow_id","id")
);

-- CreateTable
CREATE TABLE "dataset_unique_value" (
    "field_id" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "flow_id" UUID NOT NULL,
    "row_id" UUID NOT NULL,

    CONSTRAINT "dataset_unique_value_pkey" PRIMARY KEY ("field_id","digest")
);

-- CreateTable
CREATE TABLE "dataset_row_change" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "flow_id" UUID NOT NULL,
    "row_id" UUID NOT NULL,
    "kind" "row_change_kind" NOT NULL,
    "cells" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "subject_id" UUID NOT NULL,
    "actor_id" UUID NOT NULL,

    CONSTRAINT "dataset_row_change_pkey" PRIMARY KEY ("flow_id","id")
);

-- CreateTable
CREATE TABLE "dataset_import" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "flow_id" UUID NOT NULL,
    "created_by_id" UUID NOT NULL,
    "file_name" TEXT NOT NULL,
    "state" "import_state" NOT NULL DEFAULT 'WAITING',
    "format" TEXT,
    "encoding" TEXT,
    "delimiter" TEXT,
    "columns" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "run_id" TEXT,
    "row_count" INTEGER NOT NULL DEFAULT 0,
    "processed" INTEGER NOT NULL DEFAULT 0,
    "added" INTEGER NOT NULL DEFAULT 0,
    "updated" INTEGER NOT NULL DEFAULT 0,
    "skipped" INTEGER NOT NULL DEFAULT 0,
    "failure" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dataset_import_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dataset_import_batch" (
    "import_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "rows" TEXT NOT NULL,

    CONSTRAINT "dataset_import_batch_pkey" PRIMARY KEY ("import_id","number")
);

-- CreateTable
CREATE TABLE "egress_record" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "flow_id" UUID,
    "kind" "egress_kind" NOT NULL,
    "format" TEXT NOT NULL,
    "file_name" TEXT NOT NULL,
    "selection" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "fetched_at" TIMESTAMPTZ(3),

    CONSTRAINT "egress_record_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "dataset_field_created_by_id_idx" ON "dataset_field"("created_by_id");

-- CreateIndex
CREATE INDEX "dataset_field_account_id_idx" ON "dataset_field"("account_id");

-- CreateIndex
CREATE UNIQUE INDEX "dataset_field_flow_id_key_key" ON "dataset_field"("flow_id", "key");

-- CreateIndex
CREATE UNIQUE INDEX "dataset_field_flow_id_name_key_key" ON "dataset_field"("flow_id", "name_key");

-- CreateIndex
CREATE UNIQUE INDEX "dataset_field_flow_id_slot_key" ON "dataset_field"("flow_id", "slot");

-- CreateIndex
CREATE INDEX "dataset_row_values_idx" ON "dataset_row" USING GIN ("values" jsonb_path_ops);

-- CreateIndex
CREATE INDEX "dataset_unique_value_flow_id_row_id_idx" ON "dataset_unique_value"("flow_id", "row_id");

-- CreateIndex
CREATE INDEX "dataset_import_flow_id_id_idx" ON "dataset_import"("flow_id", "id");

-- CreateIndex
CREATE INDEX "dataset_import_created_by_id_idx" ON "dataset_import"("created_by_id");

-- CreateIndex
CREATE INDEX "dataset_import_account_id_idx" ON "dataset_import"("account_id");

-- CreateIndex
CREATE INDEX "dataset_import_created_at_idx" ON "dataset_import"("created_at");

-- CreateIndex
CREATE INDEX "egress_record_account_id_user_id_at_idx" ON "egress_record"("account_id", "user_id", "at");

-- CreateIndex
CREATE INDEX "egress_record_user_id_idx" ON "egress_record"("user_id");

-- CreateIndex
CREATE INDEX "egress_record_flow_id_idx" ON "egress_record"("flow_id");

-- AddForeignKey
ALTER TABLE "dataset_field" ADD CONSTRAINT "dataset_field_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_field" ADD CONSTRAINT "dataset_field_flow_id_fkey" FOREIGN KEY ("flow_id") REFERENCES "flow"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_field" ADD CONSTRAINT "dataset_field_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_row" ADD CONSTRAINT "dataset_row_flow_id_fkey" FOREIGN KEY ("flow_id") REFERENCES "flow"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_unique_value" ADD CONSTRAINT "dataset_unique_value_field_id_fkey" FOREIGN KEY ("field_id") REFERENCES "dataset_field"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_unique_value" ADD CONSTRAINT "dataset_unique_value_flow_id_row_id_fkey" FOREIGN KEY ("flow_id", "row_id") REFERENCES "dataset_row"("flow_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_row_change" ADD CONSTRAINT "dataset_row_change_flow_id_fkey" FOREIGN KEY ("flow_id") REFERENCES "flow"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_import" ADD CONSTRAINT "dataset_import_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_import" ADD CONSTRAINT "dataset_import_flow_id_fkey" FOREIGN KEY ("flow_id") REFERENCES "flow"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_import" ADD CONSTRAINT "dataset_import_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_import_batch" ADD CONSTRAINT "dataset_import_batch_import_id_fkey" FOREIGN KEY ("import_id") REFERENCES "dataset_import"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "egress_record" ADD CONSTRAINT "egress_record_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "egress_record" ADD CONSTRAINT "egress_record_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "egress_record" ADD CONSTRAINT "egress_record_flow_id_fkey" FOREIGN KEY ("flow_id") REFERENCES "flow"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- By hand: what the Prisma schema cannot say.

-- A UUIDv7 (RFC 9562, 6.2, method 1) whose counter keeps the order of rows that one statement makes.
CREATE FUNCTION "ordered_uuid"("at" timestamptz, "number" bigint) RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (
    lpad(to_hex((extract(epoch FROM "at") * 1000)::bigint), 12, '0')
    || '7' || lpad(to_hex(("number" >> 24) & 4095), 3, '0')
    || '8' || lpad(to_hex("number" & 16777215), 6, '0')
    || left(replace(gen_random_uuid()::text, '-', ''), 9)
  )::uuid
$$;

-- Rows of a file are read back once, soon: packing them would cost more than it saves.
ALTER TABLE "dataset_import_batch" ALTER COLUMN "rows" SET STORAGE EXTERNAL;
