const DELIMITERS = [',', ';', '\t', '|'] as const;

interface Candidate {
  readonly delimiter: string;
  /** Into how many cells it parts the first line. */
  readonly width: number;
  /** Which share of the lines it parts into just as many. */
  readonly share: number;
}

const SAMPLE = 64 * 1024;

/** The delimiter that parts most lines of the text’s beginning like the first; a comma if none parts that. */
export function detectDelimiter(whole: string): string {
  const text = whole.slice(0, SAMPLE);
  const candidates = DELIMITERS.map((delimiter) => candidate(text, delimiter));
  const best = candidates
    .filter(({ width }) => width > 1)
    .toSorted((one, other) => other.share - one.share || other.width - one.width);
  return best[0]?.delimiter ?? ',';
}

function candidate(text: string, delimiter: string): Candidate {
  const widths = widthsOfLines(text, delimiter);
  const width = widths[0] ?? 0;
  const alike = widths.filter((each) => each === width).length;
  return { delimiter, width, share: alike / widths.length };
}

/** How many cells each line has; the last line only if it is whole or the only one. */
function widthsOfLines(text: string, delimiter: string): readonly number[] {
  const widths: number[] = [];
  let width = 1;
  let isQuoted = false;
  let startOfCell = 0;
  let startOfLine = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted) {
      isQuoted = character !== '"';
    } else if (character === '"') {
      // A second quote inside a quoted cell goes on with it.
      isQuoted = at === startOfCell || text[at - 1] === '"';
    } else if (character === delimiter) {
      width += 1;
      startOfCell = at + 1;
    } else if (character === '\n' || character === '\r') {
      if (text.slice(startOfLine, at).trim() !== '') widths.push(width);
      width = 1;
      startOfCell = at + 1;
      startOfLine = at + 1;
    }
  }
  return widths.length > 0 ? widths : [width];
}
