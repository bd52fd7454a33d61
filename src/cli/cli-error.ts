const EXIT_CODES = { REFUSED: 1, USAGE: 2, INPUT: 3 } as const;

/** What went wrong, for whoever sits at the terminal: what they wrote, what the files hold, or what the gateway said. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;

  constructor(message: string, kind: keyof typeof EXIT_CODES) {
    super(message);
    this.exitCode = EXIT_CODES[kind];
  }
}
