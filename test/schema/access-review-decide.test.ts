import { describe, expect, test } from 'vitest';

import { rowIdOf } from '../support/keys.js';
import { ReadAccessReview } from '../support/operations.js';
import {
  beginReview,
  closing,
  decideByWords,
  decideOn,
  linesOf,
  reviewed,
} from '../support/review.js';
import { globalId, workspace } from '../support/world.js';

const VERA = ['Vera Viewer: VIEWER', 'Vera Viewer: Operations'];

async function progressOf(who: Parameters<typeof beginReview>[0], id: string) {
  return (await who.run(ReadAccessReview, { id })).data?.accessReview?.progress;
}

describe('allows', () => {
  test('to confirm, to revoke, to think again, and to leave it undecided', async () => {
    const { chief, iamAdmin } = await reviewed();
    const id = await beginReview(chief);
    const confirmed = await decideByWords(chief, id, VERA, 'CONFIRMED');
    expect(confirmed.data?.decideAccessReviewLines?.accessReview).toEqual({
      id,
      progress: { lines: 12, confirmed: 2, revoked: 0, undecided: 10 },
    });
    const decided = await linesOf(chief, id, { undecided: false });
    expect(decided).toHaveLength(2);
    for (const line of decided) {
      expect(line).toMatchObject({ decision: 'CONFIRMED', decidedBy: { name: 'Sofia Super' } });
      expect(line.decidedAt).not.toBeNull();
      expect(line.outcome).toBeNull();
    }
    expect(await decideByWords(iamAdmin, id, VERA.slice(0, 1), 'REVOKED')).toSucceed();
    expect(await progressOf(chief, id)).toEqual({
      lines: 12,
      confirmed: 1,
      revoked: 1,
      undecided: 10,
    });
    const [again] = await linesOf(chief, id, { undecided: false, kind: 'ACCOUNT_ROLE' });
    expect(again).toMatchObject({ decision: 'REVOKED', decidedBy: { name: 'Ivan Iam' } });
    expect(await decideByWords(chief, id, VERA, null)).toSucceed();
    expect(await linesOf(chief, id, { undecided: false })).toEqual([]);
    const lines = await linesOf(chief, id);
    expect(lines.filter((line) => line.decidedBy ?? line.decidedAt)).toEqual([]);
  });

  test('nothing to be taken away before the review closes', async () => {
    const { chief, vera, dataset } = await reviewed();
    const id = await beginReview(chief);
    expect(await decideByWords(chief, id, ['Vera Viewer: Suppliers: VIEWER'])).toSucceed();
    const query = 'query ($id: ID!) { dataset(id: $id) { name } }';
    expect(await vera.run(query, { id: dataset.id })).toSucceed();
  });
});

describe('refuses', () => {
  test('what reviewers have themselves, also as one of many', async () => {
    const { chief, iamAdmin } = await reviewed();
    const id = await beginReview(chief);
    for (const decision of ['CONFIRMED', 'REVOKED', null] as const) {
      const own = ['Ivan Iam: IAM_ADMIN'];
      expect(await decideByWords(iamAdmin, id, own, decision)).toFail('NOT_YOURSELF');
      const result = await decideByWords(iamAdmin, id, [...VERA, ...own], decision);
      expect(result).toFail('NOT_YOURSELF');
      await expect(result).toHaveAudited({
        action: 'accessReview.decided',
        outcome: 'REFUSED',
        code: 'NOT_YOURSELF',
      });
    }
    expect((await progressOf(chief, id))?.undecided).toBe(12);
    expect(await decideByWords(chief, id, ['Ivan Iam: IAM_ADMIN'], 'CONFIRMED')).toSucceed();
  });

  test('lines of another review, also as one of many', async () => {
    const { chief } = await reviewed();
    const [id, other] = [await beginReview(chief), await beginReview(chief)];
    const [mine] = await linesOf(chief, id, { kind: 'GROUP' });
    const [foreign] = await linesOf(chief, other, { kind: 'GROUP' });
    const both = [mine?.id ?? '', foreign?.id ?? ''];
    expect(await decideOn(chief, id, both, 'REVOKED')).toFail('NOT_FOUND');
    expect(await decideOn(chief, id, both.slice(1), 'REVOKED')).toFail('NOT_FOUND');
    expect((await progressOf(chief, id))?.undecided).toBe(12);
    expect((await progressOf(chief, other))?.undecided).toBe(12);
  });

  test('a review that is closed', async () => {
    const { chief } = await reviewed();
    const id = await beginReview(chief);
    const lines = await linesOf(chief, id, { kind: 'GROUP' });
    expect(await closing(chief, id)).toSucceed();
    const result = await decideOn(
      chief,
      id,
      lines.map((line) => line.id),
      'REVOKED',
    );
    expect(result).toFail('REVIEW_CLOSED');
    await expect(result).toHaveAudited({
      action: 'accessReview.decided',
      outcome: 'REFUSED',
      code: 'REVIEW_CLOSED',
    });
    expect((await progressOf(chief, id))?.undecided).toBe(12);
  });

  test('a review of another account, and whatever is none', async () => {
    const { chief, dataset } = await reviewed();
    const stranger = await (await workspace()).person({ role: 'SUPER_ADMIN' });
    const id = await beginReview(chief);
    const [line] = await linesOf(chief, id);
    const lineIds = [line?.id ?? ''];
    await expect(await decideOn(stranger, id, lineIds, 'REVOKED')).toBeHidden();
    await expect(await decideOn(chief, dataset.id, lineIds, 'REVOKED')).toBeHidden();
    const renamed = globalId('User', rowIdOf(id));
    await expect(await decideOn(chief, renamed, lineIds, 'REVOKED')).toBeHidden();
  });

  test('ids that are none, none at all, and more than a hundred', async () => {
    const { chief } = await reviewed();
    const id = await beginReview(chief);
    const [line] = await linesOf(chief, id, { kind: 'GROUP' });
    const good = line?.id ?? '';
    for (const lineIds of [
      [],
      [''],
      ['x'],
      [good, '\0'],
      [globalId('AccessReviewLine', good)],
      [`${good} `],
      Array.from({ length: 101 }, () => good),
    ]) {
      expect(await decideOn(chief, id, lineIds, 'REVOKED')).toFail('INVALID_INPUT');
    }
    expect(await decideOn(chief, id, [crypto.randomUUID()], 'REVOKED')).toFail('NOT_FOUND');
    expect(await decideOn(chief, id, [good, good], 'REVOKED')).toSucceed();
    expect((await progressOf(chief, id))?.revoked).toBe(1);
  });
});

test('what was decided is in the audit log', async () => {
  const { chief } = await reviewed();
  const id = await beginReview(chief);
  const result = await decideByWords(chief, id, VERA, 'REVOKED');
  await expect(result).toHaveAudited({
    action: 'accessReview.decided',
    targetType: 'AccessReview',
    targetId: rowIdOf(id),
    after: { decision: 'REVOKED', lines: 2 },
  });
  await expect(await decideByWords(chief, id, VERA.slice(1), null)).toHaveAudited({
    after: { decision: null, lines: 1 },
  });
});
