/** A mail as it is to be sent. */
export interface Message {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** What it is for: whoever follows it is taken for the reader of the mail. */
  readonly link: string;
}

const LONGEST_NAME = 80;

/**
 * What somebody wrote as it may stand in a header and in a sentence: one line of characters that show themselves, none
 * of which turns the direction of what follows, cut where it is long.
 */
export function plain(text: string): string {
  const line = text
    .toWellFormed()
    // The two joiners are part of words in some scripts, and of emoji.
    .replaceAll(/(?:(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\s])+/gu, ' ')
    // What looks like an encoded word would be read as one (RFC 2047), whatever is in it.
    .replaceAll('=?', '= ?')
    .trim();
  const characters = Array.from(line);
  return characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME).join('')}…` : line;
}
