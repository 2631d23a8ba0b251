/** A wrong passphrase makes pgBackRest quote what it has deciphered: bytes that no terminal should see. */
export function printable(text: string): string {
  const [line = ""] = text.split("\n");
  const clean = line.replaceAll(/[^\x20-\x7e]+/g, "?");
  return clean.length > 200 ? `${clean.slice(0, 200)}...` : clean;
}
