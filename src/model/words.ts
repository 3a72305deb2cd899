/** Words as a shell reads them back: quoted where they must be. */
export function printWords(words: readonly string[]): string {
  if (words.length === 1) return words[0]!;
  return words.map(quoteWord).join(' ');
}

/** One word for a Bourne shell. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}
