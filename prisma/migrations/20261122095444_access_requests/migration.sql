-- CreateEnum
CREATE TYPE "access_request_state" AS ENUM ('PENDING', 'APPROVED', 'REFUSED', 'WITHDRAWN');

-- CreateTable
CREATE TABLE "access_request" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "requester_id" UUID NOT NULL,
    "flow_id" UUID,
    "permissions" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "operation" TEXT,
    "role" "member_role",
    "account_role" TEXT,
    "note" TEXT,
    "state" "access_request_state" NOT NULL DEFAULT 'PENDING',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decided_by_id" UUID,
    "decided_at" TIMESTAMPTZ(3),
    "answer" TEXT,

    CONSTRAINT "access_request_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "access_request_account_id_id_idx" ON "access_request"("account_id", "id");

-- CreateIndex
CREATE INDEX "access_request_account_id_state_id_idx" ON "access_request"("account_id", "state", "id");

-- CreateIndex
CREATE INDEX "access_request_requester_id_id_idx" ON "access_request"("requester_id", "id");

-- CreateIndex
CREATE INDEX "access_request_flow_id_id_idx" ON "access_request"("flow_id", "id");

-- CreateIndex
CREATE INDEX "access_request_decided_by_id_idx" ON "access_request"("decided_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "access_request_requester_id_flow_id_role_key" ON "access_request"("requester_id", "flow_id", "role") WHERE ("decided_at" IS NULL);

-- CreateIndex
CREATE UNIQUE INDEX "access_request_requester_id_account_role_key" ON "access_request"("requester_id", "account_role") WHERE ("decided_at" IS NULL);

-- AddForeignKey
ALTER TABLE "access_request" ADD CONSTRAINT "access_request_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_request" ADD CONSTRAINT "access_request_requester_id_fkey" FOREIGN KEY ("requester_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_request" ADD CONSTRAINT "access_request_flow_id_fkey" FOREIGN KEY ("flow_id") REFERENCES "flow"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_request" ADD CONSTRAINT "access_request_decided_by_id_fkey" FOREIGN KEY ("decided_by_id") REFERENCES "party"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- By hand: what the Prisma schema cannot say.

-- A request asks for a role on a flow or for one in the account, and is pending until somebody decides.
ALTER TABLE "access_request" ADD CONSTRAINT "access_request_one_role"
  CHECK (num_nonnulls("flow_id", "account_role") = 1 AND ("flow_id" IS NULL) = ("role" IS NULL)),
  ADD CONSTRAINT "access_request_decided" CHECK (("state" = 'PENDING') = ("decided_at" IS NULL));
