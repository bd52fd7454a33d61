import type { Remedy as RemedyShape } from '../authz/denial-shape.js';
import { builder, reached } from './builder.js';

export const DenialReason = builder.enumType('DenialReason', {
  description: 'Why something is refused.',
  values: {
    ROLE_LACKS_PERMISSION: { description: 'No role gives what it takes.' },
    NOT_A_MEMBER: { description: 'Nothing is shared with them there.' },
    SUSPENDED: { description: 'The person is suspended, or the service account is off.' },
    OUTRANKED: { description: 'It is about somebody or something above them.' },
    KEY_RESTRICTED: { description: 'The key is restricted to something else.' },
    SIGN_IN_REQUIRED: { description: 'It takes a person who is signed in.' },
    NOT_COVERED: { description: 'No grant lets the service account act as others there.' },
    NOT_A_TARGET: { description: 'Nobody may act as this person there.' },
    NOT_DELEGABLE: { description: 'Nobody does it on behalf of another.' },
  } as const,
});

const RemedyKind = builder.enumType('RemedyKind', {
  description: 'What helps.',
  values: {
    ASSUME_ROLE: { description: 'Give yourself a role.' },
    ASK_DATASET_ADMIN: { description: 'Ask an Admin of the dataset.' },
    ASK_FLOW_OWNER: { description: 'Ask an Owner of the flow.' },
    ASK_ACCOUNT_ADMIN: { description: 'Ask somebody who gives account roles.' },
    CHECK_WORKSPACE: { description: 'Make sure that you are signed in to the right account.' },
    GRANT_IMPERSONATION: { description: 'Have acting as others granted.' },
    SIGN_IN: { description: 'Have a person do it who is signed in.' },
    USE_ANOTHER_KEY: { description: 'Use a key that is not restricted like that.' },
  } as const,
});

export const Remedy = builder.objectRef<RemedyShape>('Remedy');

Remedy.implement({
  description: 'What helps against a refusal, and who can do it.',
  authScopes: reached,
  fields: (t) => ({
    kind: t.expose('kind', { type: RemedyKind, description: 'What it is, for programs.' }),
    who: t.exposeString('who', { description: 'Who can do it.' }),
    how: t.exposeString('how', { description: 'What to do.' }),
    mutation: t.string({
      nullable: true,
      description: 'The mutation that does it; null: it is done in another way.',
      resolve: ({ mutation }) => mutation ?? null,
    }),
    input: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'Its input, as far as the refusal knows it.',
      resolve: ({ input }) => input ?? null,
    }),
    next: t.field({
      type: [Remedy],
      description:
        'What to do after it, step by step, as far as it is still refused then. What each step depends on may be hidden until the one before is done, so it can turn out not to be needed.',
      resolve: ({ next }) => [...(next ?? [])],
    }),
  }),
});
