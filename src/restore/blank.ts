import { messageWords } from "./message-words.ts";
import { NotSql, tokenize } from "./sql-tokens.ts";

/** Stands where something was taken out. */
const blank = "***";

/** The parts of a message: quoted names or values, words, and what is between them. */
const part = /"(?:[^"]|"")*"|'(?:[^']|'')*'|[\p{L}\p{M}\p{N}_$]+|[^\p{L}\p{M}\p{N}_$"']+|["']/gu;
/** Marks that carry no meaning of their own. */
const harmlessMarks = /^[\s.,:;()[\]=<>%*/+-]+$/;

function isName(text: string, names: ReadonlySet<string>): boolean {
  if (names.has(text)) return true;
  const pieces = text.split(".");
  return (
    pieces.length > 1 && pieces.every((piece) => names.has(piece.replace(/^"(.*)"$/s, "$1").replaceAll('""', '"')))
  );
}

function blankPart(piece: string, names: ReadonlySet<string>): string {
  const quote = piece[0];
  if ((quote === '"' || quote === "'") && piece.length > 1) {
    const inner = piece.slice(1, -1).replaceAll(quote + quote, quote);
    return isName(inner, names) && !/[\r\n]/.test(inner) ? piece : `${quote}${blank}${quote}`;
  }
  if (/^[\p{L}\p{M}\p{N}_$]/u.test(piece)) {
    return messageWords.has(piece.toLowerCase()) || names.has(piece) ? piece : blank;
  }
  return harmlessMarks.test(piece) ? piece : blank;
}

/**
 * Takes every value out of a server's message: only the server's own words and known names of objects stay. A function
 * of the database may raise any text with any row in it, so nothing else is let through. Only the first line is kept.
 *
 * @param names names of objects, as they are (not quoted)
 */
export function blankValues(message: string, names: ReadonlySet<string>): string {
  const [line = ""] = message.split(/\r\n|\r|\n|\u2028|\u2029/, 1);
  const pieces = [...line.matchAll(part)].map(([piece]) => blankPart(piece, names));
  return pieces
    .join("")
    .replace(/\*\*\*(?:[\s.,:;()[\]=<>%*/+-]*\*\*\*)+/g, blank)
    .trim();
}

interface Named {
  readonly desc: string;
  readonly namespace: string | null;
  readonly tag: string;
  readonly owner: string;
  readonly defn: string;
}

/** Definitions whose words outside of string literals are names and keywords. */
const namingDefinitions =
  /^(TABLE|FOREIGN TABLE|TYPE|DOMAIN|INDEX|CONSTRAINT|FK CONSTRAINT|CHECK CONSTRAINT|POLICY|TRIGGER|SEQUENCE|FUNCTION|VIEW|MATERIALIZED VIEW)$/;

function namesIn(definition: string): string[] {
  try {
    return tokenize(definition)
      .filter((token) => token.kind === "identifier" || token.kind === "word")
      .map((token) => token.value);
  } catch (error) {
    if (error instanceof NotSql) return [];
    throw error;
  }
}

/**
 * The names that the entries of an archive give to objects, columns and roles. Numbers are no names: they may be values.
 */
export function knownNames(entries: readonly Named[], others: readonly string[] = []): Set<string> {
  const names = new Set<string>(others);
  for (const { desc, namespace, tag, owner, defn } of entries) {
    for (const name of [namespace ?? "", tag, owner, tag.replace(/\(.*$/s, "")]) names.add(name);
    if (namingDefinitions.test(desc)) for (const name of namesIn(defn)) names.add(name);
  }
  for (const name of names) if (!/[\p{L}_]/u.test(name)) names.delete(name);
  return names;
}
