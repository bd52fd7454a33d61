/** Why the gateway cannot start, and what to do about it: printed as it is, without a stack. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
