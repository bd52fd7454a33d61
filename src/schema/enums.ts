import { AUDIT_ACTIONS, type AuditAction } from '../audit/events.js';
import { builder } from './builder.js';

export const UserStatus = builder.enumType('UserStatus', {
  description: 'Whether a person may sign in.',
  values: {
    ACTIVE: { description: 'Signs in and works.' },
    SUSPENDED: { description: 'Is refused everything until reactivated.' },
  } as const,
});

export const PrincipalKind = builder.enumType('PrincipalKind', {
  description: 'Whether somebody is a person or a program.',
  values: {
    USER: { description: 'A person.' },
    SERVICE_ACCOUNT: { description: 'A program with an identity of its own.' },
  } as const,
});

export const AddedVia = builder.enumType('AddedVia', {
  description: 'How a person came into the account.',
  values: {
    INVITATION: { description: 'Accepted an invitation.' },
    SSO: { description: 'Signed in through the identity provider.' },
    SCIM: { description: 'Was provisioned by the identity provider.' },
    MANUAL: { description: 'Was added by hand.' },
  } as const,
});

export const DatasetRole = builder.enumType('DatasetRole', {
  description: 'A role on a dataset.',
  values: {
    ADMIN: { description: 'Manages the dataset, its fields and its members.' },
    MEMBER: { description: 'Works on the rows and shares the dataset.' },
    VIEWER: { description: 'Views, filters and exports.' },
  } as const,
});

export const FlowRole = builder.enumType('FlowRole', {
  description: 'A role on a flow that is no dataset.',
  values: {
    OWNER: { description: 'Manages the flow and its members.' },
    EDITOR: { description: 'Edits the flow and shares it, but never touches an Owner.' },
    VIEWER: { description: 'Views.' },
    NONE: { description: 'Is shut out, whatever the account role would give.' },
  } as const,
});

export const MemberRole = builder.enumType('MemberRole', {
  description: 'A role on a flow of any kind: a dataset has ADMIN, MEMBER and VIEWER.',
  values: {
    OWNER: { description: 'Manages the flow and its members.' },
    ADMIN: { description: 'Manages the dataset, its fields and its members.' },
    EDITOR: { description: 'Edits the flow and shares it.' },
    MEMBER: { description: 'Works on the rows and shares the dataset.' },
    VIEWER: { description: 'Views.' },
    NONE: { description: 'Is shut out.' },
  } as const,
});

export const AccessVia = builder.enumType('AccessVia', {
  description: 'The path by which access was given.',
  values: {
    DIRECT: { description: 'A membership of one’s own.' },
    GROUP: { description: 'The membership of a group.' },
    ACCOUNT_ROLE: { description: 'A role in the account, in want of a membership.' },
    SUPER_ADMIN_OVERRIDE: {
      description: 'The Super Admin’s override; every use is marked and audited.',
    },
  } as const,
});

export const FlowKind = builder.enumType('FlowKind', {
  description: 'What a flow is.',
  values: {
    PROCESS: { description: 'Steps in a fixed order.' },
    BOARD: { description: 'Cards that move between columns.' },
    APP: { description: 'An application built of the others.' },
    DATASET: { description: 'A table.' },
    LIST: { description: 'A list of values to choose from.' },
    INTEGRATION: { description: 'What connects other systems.' },
    CHAT: { description: 'A conversation.' },
    SPACE: { description: 'A place where a team works.' },
  } as const,
});

export const SharedResource = builder.enumType('SharedResource', {
  description: 'What a service account may be let into as others, beside single flows.',
  values: {
    GLOBAL_MY_ITEMS: {
      description:
        'What people created and what is assigned to them: to read, one person at a time.',
    },
    USER_AND_GROUP_MANAGEMENT: {
      description:
        'People and groups: editing, activating and deactivating, removing people, and changing groups, as a Super Admin, IAM Admin or User Admin.',
    },
    ALL_FLOWS_AND_INTEGRATIONS: {
      description: 'Every flow, of whatever kind, that the person acted as may see.',
    },
  } as const,
});

export const EgressPolicy = builder.enumType('EgressPolicy', {
  description: 'Who may take data out of a dataset, among those whose role allows it.',
  values: {
    EVERY_ROLE: { description: 'Admins, Members and Viewers.' },
    ADMINS_AND_MEMBERS: { description: 'Admins and Members.' },
    ADMINS: { description: 'Admins only.' },
    NOBODY: { description: 'Nobody.' },
  } as const,
});

export const EgressKind = builder.enumType('EgressKind', {
  description: 'How data left.',
  values: {
    DOWNLOAD: { description: 'An attachment was downloaded.' },
    PRINT: { description: 'A form was printed.' },
    EXPORT: { description: 'A report or dataset was exported.' },
  } as const,
});

export const FieldType = builder.enumType('FieldType', {
  description: 'What the cells of a field hold.',
  values: {
    TEXT: { description: 'Text of at most 10,000 characters.' },
    LONG_TEXT: { description: 'Text of at most 100,000 characters.' },
    NUMBER: { description: 'A decimal number, kept exactly.' },
    BOOLEAN: { description: 'True or false.' },
    DATE: { description: 'A day, such as 2026-11-21.' },
    DATE_TIME: { description: 'A moment; given with any zone, shown in UTC.' },
    CHOICE: { description: 'One of the field’s choices.' },
    EMAIL: { description: 'An e-mail address.' },
    USER: { description: 'A person of the account, by the id.' },
  } as const,
});

export const ExportFormat = builder.enumType('ExportFormat', {
  description: 'As what rows are taken out.',
  values: {
    CSV: { description: 'Comma-separated values, of any length (RFC 4180, UTF-8).' },
    XLSX: { description: 'An Excel workbook of at most 100,000 rows.' },
  } as const,
});

export const ImportState = builder.enumType('ImportState', {
  description: 'How far an import is.',
  values: {
    WAITING: { description: 'Waits for its file.' },
    RECEIVING: { description: 'The file is coming in.' },
    READY: { description: 'The file is there: look at the preview, and run it.' },
    RUNNING: { description: 'Its rows are being written.' },
    DONE: { description: 'All its rows are written.' },
    FAILED: { description: 'The file could not be read.' },
    CANCELLED: { description: 'Somebody ended it; nothing of it is there.' },
  } as const,
});

export const SortDirection = builder.enumType('SortDirection', {
  description: 'In which direction. Empty cells come last in both.',
  values: {
    ASC: { description: 'Small before large, A before Z, early before late.' },
    DESC: { description: 'Large before small, Z before A, late before early.' },
  } as const,
});

export const AccountPlan = builder.enumType('AccountPlan', {
  description: 'What an account has paid for.',
  values: {
    FREE: { description: 'People with built-in roles, and sharing with each.' },
    PRO: { description: 'Like FREE, with a longer audit log.' },
    ENTERPRISE: { description: 'Also roles of the account’s own, and sharing with groups.' },
  } as const,
});

export const SessionTransport = builder.enumType('SessionTransport', {
  description: 'How a session’s token travels.',
  values: {
    COOKIE: { description: 'In a cookie that scripts can’t read: for browsers.' },
    BEARER: { description: 'In the Authorization header: for everything else.' },
  } as const,
});

export const SignInMethod = builder.enumType('SignInMethod', {
  description: 'How somebody signed in.',
  values: {
    PASSWORD: { description: 'With a password.' },
  } as const,
});

export const AuditOutcome = builder.enumType('AuditOutcome', {
  description: 'How it ended.',
  values: {
    SUCCEEDED: { description: 'It was done.' },
    REFUSED: { description: 'It was refused, and nothing changed.' },
    FAILED: { description: 'It failed on our side, and nothing changed.' },
  } as const,
});

const actions = Object.entries(AUDIT_ACTIONS) as [AuditAction, string][];

export const AuditActionEnum = builder.enumType('AuditAction', {
  description: 'What can stand in the audit log.',
  values: Object.fromEntries(
    actions.map(([value, description]) => [
      value.replace('.', '_').replaceAll(/[A-Z]/g, '_$&').toUpperCase(),
      { value, description },
    ]),
  ),
});
