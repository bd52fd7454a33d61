import { v7 as uuidv7 } from 'uuid';

import { PEPPER_VERSION } from '../../src/authn/token.js';
import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { rowId } from '../support/transfers.js';
import { globalId, type Workspace } from '../support/world.js';

/** Long before any test runs, so that no time of a test is one of these. */
const PAST = new Date('2026-01-05T08:00:00.000Z');

interface Parts extends Record<'paula' | 'quentin' | 'mira' | 'robot' | 'admin', Actor> {
  readonly suppliers: string;
  readonly acquisitions: string;
  readonly group: string;
  readonly viewerRole: string;
}

/** What people and programs have and leave behind: its ids as the API names them. */
export async function createTraces({ accountId }: Workspace, now: Date, parts: Parts) {
  const { client } = await testDatabase();
  const { paula, quentin, mira, robot, suppliers, acquisitions } = parts;
  const id = uuidv7;
  const by = { createdById: paula.id };
  const future = new Date(now.getTime() + 40 * 86_400_000);
  const contents = (flowId: string) => ({
    accountId,
    flowId,
    ids: { field: id(), row: id(), view: id(), change: id() },
  });
  const [ours, theirs] = [contents(suppliers), contents(acquisitions)];
  for (const { flowId, ids } of [ours, theirs]) {
    const of = { accountId, flowId };
    const { slot } = await client.datasetField.create({
      data: {
        ...of,
        ...by,
        id: ids.field,
        key: 'name',
        name: 'Name',
        nameKey: 'name',
        type: 'TEXT',
        position: 0,
      },
    });
    const values = { [slot]: 'Old value' };
    await client.datasetRow.create({ data: { ...of, id: ids.row, values, createdAt: PAST } });
    const definition = { fields: [ids.field], orderBy: [] };
    await client.datasetView.create({
      data: { ...of, ...by, id: ids.view, name: 'Old view', definition },
    });
    const cells = [{ field: ids.field, name: 'Name', before: null, after: 'Old value' }];
    const parties = { subjectId: paula.id, actorId: paula.id };
    await client.datasetRowChange.create({
      data: { ...of, ...parties, id: ids.change, rowId: ids.row, kind: 'ADDED', cells, at: PAST },
    });
  }
  const session = await client.session.findFirstOrThrow({ where: { userId: paula.id } });
  const otherSession = id();
  const secret = { secretHash: Buffer.alloc(32), pepperVersion: PEPPER_VERSION };
  await client.session.create({
    data: {
      ...secret,
      id: otherSession,
      accountId,
      userId: paula.id,
      transport: 'COOKIE',
      signedInAt: PAST,
      lastSeenAt: PAST,
      expiresAt: future,
      ipAddress: '198.51.100.1',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    },
  });
  const apiKey = id();
  await client.accessKey.create({
    data: {
      ...secret,
      id: apiKey,
      accountId,
      userId: paula.id,
      slot: 1,
      name: 'Old key',
      createdById: paula.id,
      createdAt: PAST,
    },
  });
  const { id: robotKey } = await client.accessKey.findFirstOrThrow({
    where: { serviceAccountId: robot.id },
  });
  const otherRobotKey = id();
  await client.accessKey.create({
    data: {
      ...secret,
      id: otherRobotKey,
      accountId,
      serviceAccountId: robot.id,
      slot: 2,
      name: 'Other key',
      createdById: paula.id,
      createdAt: PAST,
    },
  });
  await client.accessKey.update({ where: { id: robotKey }, data: { createdById: paula.id } });
  const invitation = id();
  await client.invitation.create({
    data: {
      ...secret,
      id: invitation,
      accountId,
      email: 'invited@old.example',
      roleId: rowId(parts.viewerRole),
      invitedById: quentin.id,
      sentAt: PAST,
      expiresAt: future,
      groups: { create: { accountId, groupId: parts.group } },
    },
  });
  const review = id();
  const line = id();
  await client.accessReview.create({
    data: {
      id: review,
      accountId,
      scope: 'FLOWS',
      dueAt: future,
      startedAt: PAST,
      lines: {
        create: {
          id: line,
          accountId,
          kind: 'FLOW',
          holderId: paula.id,
          holderName: 'Paula then',
          resourceId: acquisitions,
          resourceName: 'Acquisitions then',
          memberRole: 'ADMIN',
        },
      },
    },
  });
  const requests = { account: id(), hidden: id() };
  await client.accessRequest.createMany({
    data: [
      { id: requests.account, accountRole: 'ADMIN' },
      { id: requests.hidden, flowId: acquisitions, role: 'MEMBER' as const },
    ].map((each) => ({
      ...each,
      accountId,
      requesterId: paula.id,
      note: 'Old note',
      createdAt: PAST,
    })),
  });
  const importId = id();
  await client.datasetImport.create({
    data: {
      ...by,
      id: importId,
      accountId,
      flowId: suppliers,
      fileName: 'old.csv',
      state: 'READY',
      columns: ['Name'],
      createdAt: PAST,
    },
  });
  const egress = id();
  await client.egressRecord.create({
    data: {
      id: egress,
      accountId,
      subjectId: paula.id,
      actorId: paula.id,
      flowId: acquisitions,
      kind: 'EXPORT',
      format: 'CSV',
      fileName: 'old-export.csv',
      selection: {},
      expiresAt: future,
    },
  });
  const entries = { changed: id(), history: id(), hiddenHistory: id(), read: id(), onBehalf: id() };
  const entry = { accountId, outcome: 'SUCCEEDED' as const, at: PAST, requestId: 'old-request' };
  const ofPaula = { ...entry, subjectId: paula.id, actorId: paula.id };
  const aboutDataset = { action: 'dataset.renamed', targetType: 'Dataset' };
  await client.auditEntry.createMany({
    data: [
      {
        ...ofPaula,
        id: entries.changed,
        action: 'user.updated',
        targetType: 'User',
        targetId: quentin.id,
        after: { name: 'Old' },
      },
      {
        ...ofPaula,
        ...aboutDataset,
        id: entries.history,
        targetId: suppliers,
        after: { name: 'Old name' },
      },
      {
        ...ofPaula,
        ...aboutDataset,
        id: entries.hiddenHistory,
        targetId: acquisitions,
        after: { name: 'Old name' },
      },
      {
        ...entry,
        id: entries.read,
        action: 'operation.queried',
        subjectId: robot.id,
        actorId: robot.id,
        after: { fields: 'old' },
      },
      {
        ...entry,
        id: entries.onBehalf,
        action: 'dataset.described',
        subjectId: mira.id,
        actorId: robot.id,
        reason: 'Old reason',
        targetType: 'Dataset',
        targetId: suppliers,
      },
    ],
  });
  return {
    session: globalId('Session', otherSession),
    ownSession: globalId('Session', session.id),
    apiKey: globalId('AccessKey', apiKey),
    robotKey: globalId('AccessKey', robotKey),
    otherRobotKey: globalId('AccessKey', otherRobotKey),
    invitation: globalId('Invitation', invitation),
    review: globalId('AccessReview', review),
    line: globalId('AccessReviewLine', line),
    accountRequest: globalId('AccessRequest', requests.account),
    hiddenRequest: globalId('AccessRequest', requests.hidden),
    import: globalId('DatasetImport', importId),
    egress: globalId('EgressRecord', egress),
    field: globalId('DatasetField', ours.ids.field),
    hiddenField: globalId('DatasetField', theirs.ids.field),
    row: globalId('DatasetRow', ours.ids.row),
    hiddenRow: globalId('DatasetRow', theirs.ids.row),
    view: globalId('DatasetView', ours.ids.view),
    hiddenView: globalId('DatasetView', theirs.ids.view),
    rowChange: globalId('DatasetChange', ours.ids.change),
    changedEntry: globalId('AuditEntry', entries.changed),
    historyEntry: globalId('AuditEntry', entries.history),
    hiddenEntry: globalId('AuditEntry', entries.hiddenHistory),
    readEntry: globalId('AuditEntry', entries.read),
    onBehalfEntry: globalId('AuditEntry', entries.onBehalf),
  };
}
