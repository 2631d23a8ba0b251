/** A piece of SQL text. `value` is what it means: unquoted, unescaped. */
export interface Token {
  readonly kind: "word" | "identifier" | "string" | "symbol";
  readonly value: string;
}

/** Text that is not SQL as pg_dump and pg_dumpall write it. */
export class NotSql extends Error {
  override readonly name = "NotSql";
}

const space = /\s+/y;
const lineComment = /--[^\n]*/y;
/** psql's commands begin a line with a backslash; pg_dumpall writes \restrict and \unrestrict only. */
const restrictLine = /\\(un)?restrict [A-Za-z0-9]+(?=\r?\n|$)/y;
const word = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*|\d+(\.\d+)?/y;
const quotedIdentifier = /"((?:[^"]|"")*)"/y;
const plainString = /'((?:[^']|'')*)'/y;
const escapeString = /[Ee]'((?:[^'\\]|''|\\[\s\S])*)'/y;
const dollarString = /\$([A-Za-z_][A-Za-z0-9_]*)?\$([\s\S]*?)\$\1\$/y;
const symbol = /::|[-+*/<>=~!@#%^&|`?,;:.()[\]{}$\\]/y;

/** Escapes of `E'...'` strings that pg_dump writes: doubled backslashes and quotes; others keep their letter. */
function unescapeString(body: string): string {
  return body.replace(/\\([\s\S])|''/g, (_, escaped: string | undefined) => escaped ?? "'");
}

interface Rule {
  readonly pattern: RegExp;
  readonly token: (match: RegExpExecArray) => Token | null;
}

/** Tried in this order at each position. */
const rules: readonly Rule[] = [
  { pattern: space, token: () => null },
  { pattern: lineComment, token: () => null },
  { pattern: restrictLine, token: () => null },
  { pattern: escapeString, token: (m) => ({ kind: "string", value: unescapeString(m[1] ?? "") }) },
  { pattern: plainString, token: (m) => ({ kind: "string", value: (m[1] ?? "").replaceAll("''", "'") }) },
  { pattern: quotedIdentifier, token: (m) => ({ kind: "identifier", value: (m[1] ?? "").replaceAll('""', '"') }) },
  { pattern: dollarString, token: (m) => ({ kind: "string", value: m[2] ?? "" }) },
  { pattern: word, token: (m) => ({ kind: "word", value: m[0] }) },
  { pattern: symbol, token: (m) => ({ kind: "symbol", value: m[0] }) },
];

function nextMatch(sql: string, position: number): { rule: Rule; match: RegExpExecArray } {
  for (const rule of rules) {
    rule.pattern.lastIndex = position;
    const match = rule.pattern.exec(sql);
    if (match !== null) return { rule, match };
  }
  throw new NotSql("a quote is never closed");
}

/**
 * Cuts SQL into tokens; comments and psql's `\restrict` lines are dropped.
 *
 * @throws NotSql where a quote is never closed or another psql command stands
 */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < sql.length) {
    const { rule, match } = nextMatch(sql, position);
    const token = rule.token(match);
    if (token !== null) tokens.push(token);
    position += match[0].length;
  }
  return tokens;
}

/** Cuts SQL into statements, each without its semicolon. Empty ones are dropped. */
export function splitStatements(sql: string): Token[][] {
  const statements: Token[][] = [];
  let current: Token[] = [];
  for (const token of tokenize(sql)) {
    if (token.kind === "symbol" && token.value === ";") {
      if (current.length > 0) statements.push(current);
      current = [];
    } else current.push(token);
  }
  if (current.length > 0) statements.push(current);
  return statements;
}
