-- A service account ends the grants on a flow when it deletes that.
ALTER TABLE "impersonation_grant" DROP CONSTRAINT "impersonation_grant_revoked_by_id_fkey";
ALTER TABLE "impersonation_grant" ADD CONSTRAINT "impersonation_grant_revoked_by_id_fkey" FOREIGN KEY ("revoked_by_id") REFERENCES "party"("id") ON DELETE SET NULL ON UPDATE CASCADE;
