/** What a root field ends with in a dry run when its rule allows it. Thrown, so that its transaction is undone. */
export class RuleAllows extends Error {
  override readonly name = 'RuleAllows';
}
