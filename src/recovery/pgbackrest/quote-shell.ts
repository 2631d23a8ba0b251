/** Quotes a word for a POSIX shell. PostgreSQL replaces `%x` in its commands, so a `%` is doubled. */
export function quoteShell(word: string): string {
  return `'${word.replaceAll("'", "'\\''").replaceAll("%", "%%")}'`;
}
