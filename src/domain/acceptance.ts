import { v7 as uuidv7 } from 'uuid';

import { record, type Provenance } from '../audit/record.js';
import { assertStrong } from '../authn/password-strength.js';
import { hashPassword } from '../authn/password.js';
import type { System } from '../context.js';
import { refusingDuplicates } from '../db/conflicts.js';
import { scopeToAccount, type Tx } from '../db/scoped.js';
import { DomainError } from '../errors.js';
import { retrying } from './change.js';
import { nameKey } from './directory.js';
import { assertNoMember, closing, holdAddress, lockInvitation, stateOf } from './invitation.js';
import { assertInviterMay, findRole, holdInviter } from './inviter.js';
import { followLink, invalidLink } from './link.js';

interface Acceptance {
  readonly token: string;
  readonly name: string;
  readonly password: string;
}

type OpenInvitation = NonNullable<Awaited<ReturnType<typeof findOpenInvitation>>>;

/** The pending invitation that a link is for. */
export async function findOpenInvitation(
  system: Pick<System, 'client' | 'pepper' | 'now'>,
  token: string,
) {
  const found = await followLink(system, 'invitation', token, (id) =>
    system.client.invitation.findUnique({
      where: { id },
      include: {
        account: { select: { name: true, slug: true } },
        invitedBy: { select: { name: true } },
      },
    }),
  );
  return found && stateOf(found, system.now()) === 'PENDING' ? found : undefined;
}

/**
 * Makes whoever has the link a person of the account, once. Throws INVALID_LINK, INVALID_INPUT for a weak password,
 * INVITER_LACKS_AUTHORITY, ALREADY_MEMBER, TOO_MANY_ATTEMPTS, OVERLOADED.
 */
export async function acceptInvitation(
  system: System,
  provenance: Provenance,
  { token, name, password }: Acceptance,
): Promise<OpenInvitation> {
  const { client, attempts } = system;
  const address = provenance.ipAddress ?? 'unknown';
  const invitation = await findOpenInvitation(system, token);
  try {
    await attempts.count(token, address);
    if (!invitation) throw invalidLink();
    await assertStrong(password, invitation.email, ['input', 'password']);
    const passwordHash = await hashPassword(password);
    const person = { id: uuidv7(), name, passwordHash };
    await retrying(() => join(system, provenance, invitation, person));
    await attempts.forget(token, address);
    return invitation;
  } catch (error) {
    if (error instanceof DomainError) {
      const who = { accountId: invitation?.accountId ?? null };
      const event = { action: 'invitation.accepted', target: targetOf(invitation) } as const;
      await record(client, who, provenance, event, { outcome: 'REFUSED', code: error.code });
    }
    throw error;
  }
}

function targetOf(invitation: { readonly id: string } | undefined) {
  return invitation && ({ type: 'Invitation', id: invitation.id } as const);
}

interface Person {
  readonly id: string;
  readonly name: string;
  readonly passwordHash: string;
}

function join(
  { client, now: clock }: System,
  provenance: Provenance,
  open: OpenInvitation,
  person: Person,
): Promise<void> {
  const { id, accountId, email, secretHash } = open;
  return scopeToAccount(client, accountId).$transaction(async (tx) => {
    const now = clock();
    await holdInviter(tx, open);
    await holdAddress(tx, accountId, email);
    await lockInvitation(tx, accountId, id);
    const invitation = await tx.invitation.findFirst({
      where: { id, secretHash },
      include: { groups: true },
    });
    if (!invitation || stateOf(invitation, now) !== 'PENDING') throw invalidLink();
    await assertNoMember(tx, email);
    await assertInviterMay(tx, invitation);
    const role = await findRole(tx, invitation.roleId);
    await addPerson(tx, invitation, { ...person, roleId: role.id, now });
    await tx.invitation.update({
      where: { id },
      data: { ...closing('ACCEPTED', now), acceptedById: person.id },
    });
    await record(tx, { accountId, subjectId: person.id }, provenance, {
      action: 'invitation.accepted',
      target: targetOf(invitation),
      after: { userId: person.id, role: role.name, groups: invitation.groups.length },
    });
  });
}

interface Joining extends Person {
  readonly roleId: string;
  readonly now: Date;
}

async function addPerson(
  tx: Tx,
  invitation: Pick<OpenInvitation, 'accountId' | 'email' | 'invitedById'> & {
    readonly groups: readonly { readonly groupId: string }[];
  },
  { id, name, passwordHash, roleId, now }: Joining,
): Promise<void> {
  const { accountId, email, invitedById, groups } = invitation;
  const userId = id;
  await refusingDuplicates(
    tx.user.create({
      data: {
        id,
        accountId,
        email,
        emailVerifiedAt: now,
        name,
        nameKey: nameKey(name),
        passwordHash,
        addedAt: now,
        addedById: invitedById,
        addedVia: 'INVITATION',
      },
    }),
    // They came in by another way at this moment.
    invalidLink,
  );
  await tx.roleAssignment.create({
    data: { accountId, userId, roleId, assignedById: invitedById, assignedAt: now },
  });
  await tx.groupMember.createMany({
    data: groups.map(({ groupId }) => ({ accountId, userId, groupId, addedAt: now })),
  });
}
