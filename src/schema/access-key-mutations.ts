import type { Principal } from '../authz/principal.js';
import { about, all, also, any, needs, SELF, SIGNED_IN, type Rule } from '../authz/rule.js';
import { ruleName } from '../authz/tables.js';
import { changeOf } from '../context.js';
import {
  createKey,
  deleteKey,
  OF_ANYBODY,
  OF_PROGRAMS,
  renameKey,
  rotateKey,
  setKeyActive,
  type MintedKey,
  type Where,
} from '../domain/access-key.js';
import { encodeId, idOf } from '../domain/ids.js';
import { visibleKeys } from '../domain/visibility.js';
import { AccessKey } from './access-key.js';
import { builder, reached } from './builder.js';
import { instant, name, overlapHours, permissions } from './inputs.js';
import { printing } from './scopes.js';

/** Where a payload finds its key. */
interface Touched {
  readonly id: string;
}

function keyPayload<Payload extends Touched>(typename: string) {
  const description = 'The key as it is now.';
  const ref = builder.objectRef<Payload>(typename).implement({ description, authScopes: reached });
  builder.objectField(ref, 'accessKey', (t) =>
    t.prismaField({
      type: AccessKey,
      description: 'The key.',
      resolve: (query, { id }, _args, { db, principal }) =>
        db.accessKey.findFirstOrThrow({
          ...query,
          where: { AND: [{ id }, visibleKeys(principal)] },
        }),
    }),
  );
  return ref;
}

function mintedPayload(typename: string) {
  const ref = keyPayload<MintedKey>(typename);
  builder.objectFields(ref, (t) => ({
    key: t.exposeString('key', {
      description:
        'The whole key, shown once and never again: send it as `Authorization: Bearer …`.',
    }),
    secret: t.exposeString('secret', {
      description: 'The secret part alone, for HTTP Basic: the password beside `accessKey.keyId`.',
    }),
  }));
  return ref;
}

interface Family {
  readonly typename: 'AccessKey' | 'ApiKey';
  readonly audit: 'accessKey' | 'apiKey';
  readonly noun: string;
  /** Who may change one, turn it on or off, and delete it; which there are to be found says the same again. */
  readonly rules: Readonly<Record<'change' | 'turn' | 'end', ReturnType<typeof ofKeys>>>;
  /** Which keys there are to be changed, and which to be turned off or deleted. */
  readonly where: (principal: Principal) => Where;
  readonly whereToEnd: (principal: Principal) => Where;
}

/** A rule about keys of one kind. */
function ofKeys(words: string, rule: Rule, scopes: object) {
  return printing(words, rule, () => scopes);
}

/** The mutations that are the same for keys of service accounts and for API keys of people. */
function keyMutations({ typename, audit, noun, rules, where, whereToEnd }: Family): void {
  builder.mutationField(`rename${typename}`, (t) =>
    t.fieldWithInput({
      type: keyPayload(`Rename${typename}Payload`),
      description: `Gives ${noun} another name.`,
      audit: `${audit}.renamed`,
      authScopes: rules.change,
      input: {
        accessKeyId: t.input.id({ description: 'The key: the id of an AccessKey.' }),
        name: t.input.string({ description: 'The new name.', validate: name }),
      },
      resolve: async (_root, { input }, context) => {
        const id = idOf('AccessKey', input.accessKeyId);
        const change = changeOf(context);
        await renameKey(change, where(change.principal), id, input.name);
        return { id };
      },
    }),
  );

  builder.mutationField(`set${typename}Active`, (t) =>
    t.fieldWithInput({
      type: keyPayload(`Set${typename}ActivePayload`),
      description: `Turns ${noun} on or off: from the answer on, one that is off is refused.`,
      audit: `${audit}.switched`,
      authScopes: rules.turn,
      input: {
        accessKeyId: t.input.id({ description: 'The key: the id of an AccessKey.' }),
        isActive: t.input.boolean({ description: 'Whether it is to sign its holder in.' }),
      },
      resolve: async (_root, { input: { accessKeyId, isActive } }, context) => {
        const id = idOf('AccessKey', accessKeyId);
        const change = changeOf(context);
        const which = (isActive ? where : whereToEnd)(change.principal);
        await setKeyActive(change, which, id, isActive);
        return { id };
      },
    }),
  );

  builder.mutationField(`rotate${typename}`, (t) =>
    t.fieldWithInput({
      type: mintedPayload(`Rotate${typename}Payload`),
      description: `Makes a successor of ${noun}, with its name and permissions; the old one ends with the overlap.`,
      audit: `${audit}.rotated`,
      authScopes: rules.change,
      input: {
        accessKeyId: t.input.id({ description: 'The key to replace: the id of an AccessKey.' }),
        overlapHours: t.input.int({
          defaultValue: 24,
          description:
            'For how long the old key still signs in: 0, so that it ends now, to 168 hours.',
          validate: overlapHours,
        }),
        expiresAt: t.input.field({
          type: 'DateTime',
          required: false,
          description:
            'When the successor ends; null: never. Unless given, it lives as long as the old one was to.',
          validate: instant,
        }),
      },
      resolve: async (_root, { input }, context) => {
        const id = idOf('AccessKey', input.accessKeyId);
        const change = changeOf(context);
        return rotateKey(change, context.system, where(change.principal), id, input);
      },
    }),
  );

  const deleted = builder.objectRef<Touched>(`Delete${typename}Payload`).implement({
    description: 'The key is gone.',
    authScopes: reached,
    fields: (t) => ({
      deletedId: t.id({
        description: 'The id that it had.',
        resolve: ({ id }) => encodeId('AccessKey', id),
      }),
    }),
  });

  builder.mutationField(`delete${typename}`, (t) =>
    t.fieldWithInput({
      type: deleted,
      description: `Deletes ${noun} at once, and makes room for another.`,
      audit: `${audit}.deleted`,
      authScopes: rules.end,
      input: { accessKeyId: t.input.id({ description: 'The key: the id of an AccessKey.' }) },
      resolve: async (_root, { input }, context) => {
        const id = idOf('AccessKey', input.accessKeyId);
        const change = changeOf(context);
        await deleteKey(change, whereToEnd(change.principal), id);
        return { id };
      },
    }),
  );
}

const ofPrograms = () => OF_PROGRAMS;

const MANAGE = needs('serviceAccount:manage');

const managed = ofKeys(ruleName('serviceAccount:manage'), about({ serviceAccount: MANAGE }), {
  account: 'serviceAccount:manage',
});

keyMutations({
  typename: 'AccessKey',
  audit: 'accessKey',
  noun: 'a key of a service account',
  rules: { change: managed, turn: managed, end: managed },
  where: ofPrograms,
  whereToEnd: ofPrograms,
});

const own = ({ subject }: Principal): Where => ({ userId: subject.id });

const SIGNED = { signedIn: true };
const HOLDER = about({ person: SELF });
const ENDING = about({ person: any(SELF, needs('apiKey:manage')) });
const ENDERS = `signed in, and the holder or ${ruleName('apiKey:manage')}`;

keyMutations({
  typename: 'ApiKey',
  audit: 'apiKey',
  noun: 'an API key of your own',
  rules: {
    change: ofKeys('signed in, and the holder', all(SIGNED_IN, HOLDER), SIGNED),
    turn: ofKeys(
      `${ENDERS}; to turn it on only the holder`,
      all(SIGNED_IN, ENDING, also('to turn it on', HOLDER)),
      SIGNED,
    ),
    end: ofKeys(ENDERS, all(SIGNED_IN, ENDING), SIGNED),
  },
  where: own,
  whereToEnd: (principal) =>
    principal.permissions.has('apiKey:manage') ? OF_ANYBODY : own(principal),
});

builder.mutationField('createAccessKey', (t) =>
  t.fieldWithInput({
    type: mintedPayload('CreateAccessKeyPayload'),
    description:
      'Makes a key for a service account. A service account has at most 50, whatever their state.',
    audit: 'accessKey.created',
    authScopes: { account: 'serviceAccount:manage' },
    input: {
      serviceAccountId: t.input.id({ description: 'The service account.' }),
      name: t.input.string({ description: 'What it is called in lists.', validate: name }),
      expiresAt: t.input.field({
        type: 'DateTime',
        required: false,
        description: 'When it ends by itself; unless given, never.',
        validate: instant,
      }),
      permissions: t.input.stringList({
        required: false,
        description:
          'All that it may be used for, in the words of the rules (`dataset:read`); unless given, whatever the service account may do.',
        validate: permissions,
      }),
    },
    resolve: (_root, { input }, context) => {
      const serviceAccountId = idOf('ServiceAccount', input.serviceAccountId);
      return createKey(changeOf(context), context.system, { serviceAccountId }, input);
    },
  }),
);

builder.mutationField('createApiKey', (t) =>
  t.fieldWithInput({
    type: mintedPayload('CreateApiKeyPayload'),
    description:
      'Makes an API key for yourself, with at most your rights. You have at most 50, whatever their state; they end when you are suspended or removed.',
    audit: 'apiKey.created',
    authScopes: { signedIn: true },
    input: {
      name: t.input.string({ description: 'What it is called in lists.', validate: name }),
      expiresAt: t.input.field({
        type: 'DateTime',
        required: false,
        description: 'When it ends by itself; unless given, never.',
        validate: instant,
      }),
      permissions: t.input.stringList({
        required: false,
        description:
          'All that it may be used for, in the words of the rules (`dataset:read`); unless given, whatever you may do.',
        validate: permissions,
      }),
    },
    resolve: (_root, { input }, context) => {
      const change = changeOf(context);
      return createKey(change, context.system, { userId: change.principal.subject.id }, input);
    },
  }),
);
