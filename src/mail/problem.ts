/** Why a message did not go out, and what that means to whoever sent it. */
export const DELIVERY_PROBLEMS = {
  ADDRESS_REFUSED: 'The mail server does not take messages for this address.',
  REFUSED: 'The mail server did not take the message, whoever it was for.',
  SERVER_UNREACHABLE: 'The mail server could not be reached.',
  TIMED_OUT: 'The mail server took too long.',
  INTERNAL: 'The gateway could not write the message.',
} as const;

export type DeliveryProblem = keyof typeof DELIVERY_PROBLEMS;

const UNREACHABLE = ['ECONNECTION', 'ESOCKET', 'EDNS', 'ETLS', 'EPROXY', 'EPROTOCOL'];
const REFUSED = ['EENVELOPE', 'EMESSAGE', 'EAUTH', 'ENOAUTH', 'EREQUIRETLS'];

export interface Failure {
  readonly problem: DeliveryProblem;
  /** Whether another attempt would be refused like this one. */
  readonly isFinal: boolean;
  /** What the server answered, as the number that SMTP gives it. */
  readonly responseCode: number | undefined;
}

/** What is known of a failed attempt; the server's own words, which may hold anything, are left out. */
export function failureOf(error: unknown): Failure {
  const { code, command, responseCode, permanent } = error as {
    code?: string;
    command?: string;
    responseCode?: number;
    permanent?: boolean;
  };
  return { problem: problemOf(code, command), isFinal: permanent === true, responseCode };
}

function problemOf(code = '', command = ''): DeliveryProblem {
  if (code === 'EENVELOPE' && command === 'RCPT TO') return 'ADDRESS_REFUSED';
  if (REFUSED.includes(code)) return 'REFUSED';
  if (code === 'ETIMEDOUT') return 'TIMED_OUT';
  return UNREACHABLE.includes(code) ? 'SERVER_UNREACHABLE' : 'INTERNAL';
}
