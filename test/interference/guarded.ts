import { isObjectType, type GraphQLSchema } from 'graphql';

import { accessRowsOf } from '../../src/schema/access-rows.js';
import { AROUND } from './selection.js';

/** What is made of other fields, of the question, or of who asks: by type, and by field. */
const MADE_OF_OTHERS: readonly RegExp[] = [
  /^Access(Check|Explanation|Holder|HolderProgram|Matrix|MatrixCell|MatrixRole|MatrixRow)\./,
  /^(Capability|Remedy|RoleEffect|FlowAccess)\./,
  // What mutations tell when they have done something.
  /^(DatasetDownload|GroupUse|ImpersonationGrantAction|ImpersonationGrantUse|RoleUse|RotatedKey)\./,
  // What is in a file, and what of the dataset it fits.
  /^DatasetImport(Column|Problem)\.|^DatasetImportPreview\.columns$|^DatasetImportRow\.problems$/,
  /\.(viewerCan|assignableRoles)$|^(?!AssociatedResource)\w+\.access$/,
  // What never changes, because it says what the object is.
  /^(?!AccessReviewLine|EgressRecord|InvitationRemedy)\w+\.kind$/,
  /^(App|Board|Chat|Integration|Process|Space|DatasetImport|FlowReference)\.(id|uploadUrl)$/,
  /^(Account\.id|AuditTarget\.type|Session\.method|User\.handle|SharedResourceSecurity\.(label|resource))$/,
  /^(Session\.isCurrent|ShareSettings\.openedByOverride)$/,
  /^OffboardingPlan\.(goes|user|serviceAccountKeys)$/,
];

/** The fields of the schema that not everybody may read: with a way to change what is beneath each, nothing is missing. */
export function guardedFields(schema: GraphQLSchema): string[] {
  return accessRowsOf(schema)
    .filter(({ type, cells }) => {
      const object = schema.getType(type);
      const isNode =
        isObjectType(object) && object.getInterfaces().some((each) => each.name === 'Node');
      return isNode || cells.some(({ outcome }) => outcome !== 'ALWAYS');
    })
    .filter(({ type }) => !/^(Query|Mutation|Subscription)$/.test(type) && !AROUND.test(type))
    .map(({ coordinate }) => coordinate)
    .filter((coordinate) => !MADE_OF_OTHERS.some((each) => each.test(coordinate)));
}
