import { flowOf } from '../domain/ids.js';
import { visibleFlows } from '../domain/visibility.js';
import { builder, reached } from './builder.js';
import { Flow } from './flow.js';

/** The payload of a mutation on a flow: the flow as it is afterwards. */
export function flowPayload(name: string) {
  return builder.objectRef<{ flowId: string }>(name).implement({
    description: 'The flow as it is now.',
    authScopes: reached,
    fields: (t) => ({
      flow: t.prismaField({
        type: Flow,
        nullable: true,
        description: 'The flow; null if you can no longer see it.',
        resolve: (query, { flowId }, _args, { db, principal }) =>
          db.flow.findFirst({
            ...query,
            where: { AND: [{ id: flowId }, visibleFlows(principal, 'flow:read')] },
          }),
      }),
    }),
  });
}

/** Where the rule of a mutation finds its flow: of the kind that the id says, and never a dataset. */
export function theFlow({ input }: { input: { flowId: string } }) {
  return flowOf(input.flowId);
}
