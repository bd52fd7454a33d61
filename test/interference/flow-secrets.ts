import { randomUUID } from 'node:crypto';

import { rowId } from '../support/transfers.js';
import { another, changing, type SecretBook } from './book.js';
import { AUDITORS, GOVERNORS, MANAGERS } from './people-secrets.js';
import type { InterferenceWorld, Reader } from './world.js';

/** Whoever has a role on the dataset or the flows that are shared, strongest first. */
const ADMINS = ['paula', 'ada'] as const;
const MEMBERS = [...ADMINS, 'mira', 'program', 'acting'] as const;
const VIEWERS = [...MEMBERS, 'vera'] as const;
const DATASET_READERS = [...VIEWERS, 'superAdmin'] as const;
/** Whoever sees into the dataset that is not shared with them. */
const INSIDERS = ['paula', 'superAdmin'] as const;

const T = "'2026-02-03T04:05:06Z'";
const NEXT_YEAR = "'2027-02-03T04:05:06Z'";

/** What is secret about datasets, flows of other kinds, and what was done to them. */
export function flowSecrets(book: SecretBook, world: InterferenceWorld): void {
  datasets(book, world);
  roles(book, world);
  kinds(book, world);
  grants(book, world);
  traces(book, world);
}

function datasets({ add, row }: SecretBook, { ids, twins }: InterferenceWorld): void {
  const quentin = rowId(ids.quentin);
  row('Dataset', 'flow', ids.suppliers, [...DATASET_READERS, ...GOVERNORS], {
    'name FlowReference.name': "name = 'New name', name_key = 'new name'",
  });
  row('Dataset', 'flow', ids.acquisitions, [...INSIDERS, ...AUDITORS], {
    name: "name = 'New name', name_key = 'new name'",
  });
  for (const [id, known] of [
    [ids.suppliers, DATASET_READERS],
    [ids.acquisitions, INSIDERS],
  ] as const) {
    row('Dataset', 'flow', id, known, {
      description: "description = 'New'",
      createdAt: `created_at = ${T}`,
      createdBy: `created_by_id = '${quentin}'`,
      updatedAt: `updated_at = ${T}`,
    });
  }
  add(
    'Dataset.id',
    ['superAdmin'],
    another('flow', ids.acquisitions, { id: rowId(twins.Dataset) }),
    `INSERT INTO dataset_settings (flow_id, account_id) VALUES ('${rowId(twins.Dataset)}', '${rowId(ids.account)}')`,
  );
  for (const [field, rowOf, view, known] of [
    [ids.field, ids.row, ids.view, DATASET_READERS],
    [ids.hiddenField, ids.hiddenRow, ids.hiddenView, INSIDERS],
  ] as const) {
    row('DatasetField', 'dataset_field', field, known, {
      name: "name = 'New name', name_key = 'new name'",
      helpText: "help_text = 'New'",
      isRequired: 'is_required = true',
      isUnique: 'is_unique = true',
      defaultValue: `default_value = '"New"'`,
      choices: "choices = ARRAY['New']",
      position: 'position = 5',
      type: "type = 'LONG_TEXT'",
      key: "key = 'key'",
    });
    add(
      'DatasetField.id Dataset.fields',
      known,
      another('dataset_field', field, {
        id: randomUUID(),
        slot: 999_999,
        key: 'twin',
        name_key: 'twin',
      }),
    );
    row('DatasetRow', 'dataset_row', rowOf, known, {
      values: `"values" = replace("values"::text, 'Old', 'New')::jsonb`,
      version: 'version = 7',
      createdAt: `created_at = ${T}`,
      updatedAt: `updated_at = ${T}`,
    });
    add('DatasetRow.id Dataset.rows', known, another('dataset_row', rowOf, { id: randomUUID() }));
    row('DatasetView', 'dataset_view', view, known, {
      name: "name = 'New name'",
      createdBy: `created_by_id = '${quentin}'`,
      // Whoever applies a view sees by the rows what it does.
      'configuration DatasetViewConfiguration.fields DatasetViewConfiguration.filter DatasetViewConfiguration.orderBy DatasetRowSorting.field DatasetRowSorting.direction': `definition = '${JSON.stringify(
        {
          fields: [],
          orderBy: [{ field: rowId(field), direction: 'DESC' }],
          filter: { field: rowId(field), isEmpty: false },
        },
      )}'`,
    });
    add('DatasetView.id Dataset.views', known, another('dataset_view', view, { id: randomUUID() }));
  }
}

function roles({ add, row }: SecretBook, { ids, twins }: InterferenceWorld): void {
  const quentin = rowId(ids.quentin);
  const settings = (assignments: string) =>
    changing('dataset_settings', ids.suppliers, assignments, 'flow_id');
  add('DatasetSettings.printPolicy', ADMINS, settings("print_policy = 'NOBODY'"));
  // Whoever may export is told that they are not let.
  add('DatasetSettings.downloadPolicy', VIEWERS, settings("download_policy = 'NOBODY'"));
  add(
    'DatasetSettings.exportPolicy Dataset.settings',
    VIEWERS,
    settings("export_policy = 'NOBODY'"),
  );
  add('DatasetSettings.defaultView', ADMINS, settings(`default_view_id = '${rowId(ids.view)}'`));
  const seen: readonly Reader[] = [...MEMBERS, 'superAdmin'];
  row('DatasetMember', 'flow_member', ids.membership, seen, {
    addedAt: `added_at = ${T}`,
    addedBy: `added_by_id = '${quentin}'`,
  });
  // Those who govern have explained to them who holds what.
  row('DatasetMember', 'flow_member', ids.membership, [...seen, ...GOVERNORS], {
    role: "role = 'VIEWER'",
  });
  row('DatasetMember', 'flow_member', ids.membership, [...seen, ...MANAGERS], {
    grantee: `user_id = '${quentin}'`,
  });
  add(
    'DatasetMember.id Dataset.members RemovedWithUser.memberships',
    ['superAdmin', ...seen, ...MANAGERS],
    another('flow_member', ids.membership, {
      id: rowId(twins.DatasetMember),
      user_id: rowId(ids.sven),
    }),
  );
  add(
    'ShareSettings.isOrphaned Dataset.shareSettings',
    ['mira', 'superAdmin', 'iamAdmin'],
    changing('flow_member', ids.loneAdmin, "role = 'MEMBER'"),
  );
  add(
    'Group.memberships GroupMembership.role',
    [...INSIDERS, 'iamAdmin'],
    changing('flow_member', ids.groupMembership, "role = 'MEMBER'"),
  );
  add(
    'GroupMembership.flow',
    ['superAdmin', 'paula', 'iamAdmin', 'mira'],
    changing('flow_member', ids.groupMembership, `flow_id = '${rowId(ids.loneDataset)}'`),
  );
  add(
    'GroupMembership.addedAt',
    [...INSIDERS, 'iamAdmin'],
    changing('flow_member', ids.groupMembership, `added_at = ${T}`),
  );
  add(
    'ServiceAccountUse.flowsItAloneAdministers',
    ['superAdmin', ...INSIDERS, ...MANAGERS],
    changing('flow_member', ids.hiddenMembership, "role = 'MEMBER'"),
  );
  // Whoever removes people is told how many flows they leave without an Admin.
  add(
    'AssociatedResource.role OffboardingPlan.soleAdminOf RemovedWithUser.orphanedFlows',
    [...GOVERNORS, 'paula', ...MANAGERS],
    changing('flow_member', ids.robotMembership, "role = 'MEMBER'"),
  );
  add(
    'AssociatedResource.access AssociatedResource.flow ServiceAccountUse.memberships ServiceAccount.associatedResources',
    [...GOVERNORS, 'paula', ...MANAGERS],
    `DELETE FROM flow_member WHERE id = '${rowId(ids.robotMembership)}'`,
  );
}

/** Who sees into a flow of a kind that all have roles on. */
function readersOf(type: string): Reader[] {
  const members: Reader[] = ['paula', 'ada', 'mira', 'vera', 'program', 'superAdmin'];
  return type === 'List' ? members : [...members, 'admin', 'adminKey', 'editor', 'viewer'];
}

function kinds(
  { add, row }: SecretBook,
  { ids, flows, loneOwners, twins }: InterferenceWorld,
): void {
  const quentin = rowId(ids.quentin);
  const seen: readonly Reader[] = ['paula', 'ada', 'mira', 'program', 'superAdmin'];
  for (const [at, { id, membership, grant }] of flows.entries()) {
    const type = Buffer.from(id, 'base64url').toString().split(':')[0] ?? '';
    row(type, 'flow', id, [...readersOf(type), ...GOVERNORS], {
      name: "name = 'New name', name_key = 'new name'",
    });
    row(type, 'flow', id, readersOf(type), {
      description: "description = 'New'",
      createdAt: `created_at = ${T}`,
      createdBy: `created_by_id = '${quentin}'`,
      updatedAt: `updated_at = ${T}`,
    });
    add('FlowMember.addedAt', seen, changing('flow_member', membership, `added_at = ${T}`));
    add(
      'FlowMember.addedBy',
      seen,
      changing('flow_member', membership, `added_by_id = '${quentin}'`),
    );
    add(
      `FlowMember.role ${type}.members`,
      [...seen, ...GOVERNORS],
      changing('flow_member', membership, "role = 'VIEWER'"),
    );
    add(
      'FlowMember.grantee',
      [...seen, ...MANAGERS],
      changing('flow_member', membership, `user_id = '${quentin}'`),
    );
    add(
      `${type}.isOrphaned`,
      ['mira', 'superAdmin', ...MANAGERS],
      changing('flow_member', loneOwners[at] ?? '', "role = 'EDITOR'"),
    );
    add(
      `${type}.impersonationGrants`,
      ['paula', 'ada', ...GOVERNORS],
      changing('impersonation_grant', grant, `revoked_at = ${T}`),
    );
  }
  add(
    'FlowMember.id',
    [...seen, ...MANAGERS],
    another('flow_member', flows[0]?.membership ?? '', {
      id: rowId(twins.FlowMember),
      user_id: rowId(ids.sven),
    }),
  );
  add('List.id', ['superAdmin'], another('flow', ids.shortlist, { id: rowId(twins.List) }));
}

function grants({ add, row }: SecretBook, { ids, twins }: InterferenceWorld): void {
  const known = [...ADMINS, ...GOVERNORS];
  row('ImpersonationGrant', 'impersonation_grant', ids.onFlow, known, {
    reason: "reason = 'New'",
    grantedBy: `granted_by_id = '${rowId(ids.quentin)}'`,
  });
  row('ImpersonationGrant', 'impersonation_grant', ids.onFlow, ['superAdmin', ...known], {
    'expiresAt AssociatedResource.expiresAt': `expires_at = ${NEXT_YEAR}`,
    'grantedAt AssociatedResource.since': `granted_at = ${T}`,
  });
  add(
    'ImpersonationGrant.isLive ServiceAccountUse.impersonationGrants',
    ['superAdmin', ...known],
    changing('impersonation_grant', ids.onFlow, `revoked_at = ${T}`),
  );
  add(
    'Dataset.impersonationGrants',
    ['paula', ...known],
    changing('impersonation_grant', ids.onFlow, `revoked_at = ${T}`),
  );
  add(
    'ImpersonationGrant.flow',
    ['superAdmin', 'paula', ...GOVERNORS],
    changing('impersonation_grant', ids.onHidden, `flow_id = '${rowId(ids.loneDataset)}'`),
  );
  add(
    'ImpersonationGrant.sharedResource AssociatedResource.sharedResource SharedResourceSecurity.grants ImpersonationSecurity.sharedResources',
    // An Admin of a dataset is told which programs can act there, by which grant.
    [...GOVERNORS, ...ADMINS],
    changing('impersonation_grant', ids.onResource, "resource = 'ALL_FLOWS_AND_INTEGRATIONS'"),
  );
  add(
    'ImpersonationGrant.serviceAccount',
    ['superAdmin', ...known],
    changing('impersonation_grant', ids.onFlow, `service_account_id = '${rowId(ids.thirdRobot)}'`),
  );
  add(
    'ImpersonationGrant.id AssociatedResource.grantId',
    ['superAdmin', ...known],
    another('impersonation_grant', ids.onFlow, {
      id: rowId(twins.ImpersonationGrant),
      service_account_id: rowId(ids.otherRobot),
    }),
  );
}

function traces({ add, row }: SecretBook, { ids, twins }: InterferenceWorld): void {
  const quentin = rowId(ids.quentin);
  row('DatasetChange', 'dataset_row_change', ids.rowChange, ADMINS, {
    'values DatasetChangeValue.after': `cells = replace(cells::text, 'Old', 'New')::jsonb`,
    'DatasetChangeValue.before': `cells = replace(cells::text, 'null', '"New"')::jsonb`,
    'DatasetChangeValue.name': `cells = replace(cells::text, '"Name"', '"New name"')::jsonb`,
    'DatasetChangeValue.fieldId': `cells = replace(cells::text, '${rowId(ids.field)}', '${rowId(ids.hiddenField)}')::jsonb`,
    action: "kind = 'UPDATED'",
    at: `at = ${T}`,
    rowId: `row_id = '${rowId(ids.hiddenRow)}'`,
    'subject DatasetChangeParty.id DatasetChangeParty.name': `subject_id = '${quentin}'`,
    'actor DatasetChangeParty.handle': `actor_id = '${rowId(ids.robot)}'`,
  });
  add(
    'DatasetChange.id Dataset.history',
    ADMINS,
    another('dataset_row_change', ids.rowChange, { id: randomUUID() }),
  );
  row('DatasetImport', 'dataset_import', ids.import, ['paula'], {
    added: 'added = 5',
    columns: "columns = ARRAY['Name','New']",
    createdAt: `created_at = ${T}`,
    delimiter: "delimiter = ';'",
    encoding: "encoding = 'utf-16le'",
    failure: `failure = '{"code":"NEW"}'`,
    fileName: "file_name = 'new.csv'",
    format: "format = 'XLSX'",
    processed: 'processed = 5',
    rowCount: 'row_count = 5',
    skipped: 'skipped = 5',
    state: "state = 'FAILED'",
    updated: 'updated = 5',
  });
  add(
    'DatasetImport.preview DatasetImportPreview.rows DatasetImportRow.values DatasetImportRow.number',
    ['paula'],
    `INSERT INTO dataset_import_batch (import_id, number, rows) VALUES ('${rowId(ids.import)}', 1, '[["New value"]]')`,
  );
  row('EgressRecord', 'egress_record', ids.egress, AUDITORS, {
    at: "at = now() - interval '3 days'",
    fetchedAt: `fetched_at = ${T}`,
    fileName: "file_name = 'new-export.csv'",
    flow: `flow_id = '${rowId(ids.loneDataset)}'`,
    format: "format = 'XLSX'",
    kind: "kind = 'PRINT'",
  });
  add(
    'OffboardingPlan.exports',
    AUDITORS,
    another('egress_record', ids.egress, { id: randomUUID() }),
  );
  // The database lets nobody change an entry; whoever restores it from elsewhere could.
  const entry = (id: string, assignments: string) => [
    'SET LOCAL session_replication_role = replica',
    changing('audit_entry', id, assignments),
    'SET LOCAL session_replication_role = origin',
  ];
  const shown = (
    id: string,
    known: readonly Reader[],
    columns: Readonly<Record<string, string>>,
  ) => {
    for (const [fields, assignments] of Object.entries(columns)) {
      add(
        fields
          .split(' ')
          .map((field) => (field.includes('.') ? field : `AuditEntry.${field}`))
          .join(' '),
        known,
        ...entry(id, assignments),
      );
    }
  };
  shown(ids.changedEntry, AUDITORS, {
    action: "action = 'user.suspended'",
    after: `after = '{"name":"New"}'`,
    at: `at = ${T}`,
    batchId: `batch_id = '${quentin}'`,
    before: `before = '{"name":"New"}'`,
    code: "code = 'CONFLICT'",
    credentialId: "credential_id = 'new'",
    credentialKind: "credential_kind = 'session'",
    denial: `denial = '{"rule":"New"}'`,
    grant: `grant_id = '${rowId(ids.onFlow)}'`,
    ipAddress: "ip_address = '203.0.113.9'",
    outcome: "outcome = 'FAILED'",
    reason: "reason = 'New'",
    requestId: "request_id = 'new-request'",
    'target AuditTarget.id': `target_id = '${rowId(ids.paula)}'`,
    userAgent: "user_agent = 'New'",
    via: "via = 'GROUP'",
    actor: `actor_id = '${quentin}'`,
    subject: `subject_id = '${quentin}'`,
  });
  shown(ids.historyEntry, [...AUDITORS, ...ADMINS], { after: `after = '{"name":"New name"}'` });
  shown(ids.hiddenEntry, [...AUDITORS, 'paula'], { after: `after = '{"name":"New name"}'` });
  shown(ids.readEntry, GOVERNORS, {
    'ServiceAccount.auditLog after': `after = '{"fields":"new"}'`,
  });
  shown(ids.onBehalfEntry, [...AUDITORS, 'mira'], {
    'ServiceAccount.actionsAs reason': "reason = 'New reason'",
  });
  add(
    'AuditEntry.id',
    AUDITORS,
    another('audit_entry', ids.changedEntry, { id: rowId(twins.AuditEntry) }),
  );
}
