import Bowser from 'bowser';

/** What a program that signed in is, for people to read, by what it says of itself; null: nothing that is known. */
export function deviceOf(userAgent: string | null): string | null {
  if (!userAgent) return null;
  const { browser, os } = Bowser.parse(userAgent);
  return [browser.name, os.name].filter(Boolean).join(' on ') || null;
}
