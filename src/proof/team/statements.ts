/*
 * Just enough of PostgreSQL's lexical rules to tell where a statement ends: semicolons inside strings, quoted names,
 * dollar quotes and comments end nothing.
 */

/** One token that may hold a semicolon, or a comment; alternatives in the order in which they must be tried. */
const opaque = new RegExp(
  [
    "--[^\\n]*", // comment to the end of the line
    "/\\*", // block comment: its end is looked for by hand, since they nest
    "(?<![A-Za-z0-9_$\\u0080-\\uffff])[eE]'(?:[^'\\\\]|''|\\\\[^])*'", // E'' string with backslashes
    "'(?:[^']|'')*'",
    '"(?:[^"]|"")*"',
    "(?<![A-Za-z0-9_$\\u0080-\\uffff])(\\$(?:[A-Za-z_\\u0080-\\uffff][A-Za-z0-9_\\u0080-\\uffff]*)?\\$)[^]*?\\1",
    ";",
  ].join("|"),
  "g",
);

function endOfBlockComment(sql: string, start: number): number {
  let depth = 0;
  for (let at = start; at < sql.length; at += 1) {
    const two = sql.slice(at, at + 2);
    if (two === "/*") depth += 1;
    else if (two === "*/") depth -= 1;
    else continue;
    at += 1;
    if (depth === 0) return at + 1;
  }
  return sql.length;
}

/**
 * Splits SQL into its statements, without comments and closing semicolons; empty ones are left out. Unterminated
 * strings are left as they are: PostgreSQL will say so.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let current = "";
  let from = 0;
  opaque.lastIndex = 0;
  for (let match = opaque.exec(sql); match !== null; match = opaque.exec(sql)) {
    const [token] = match;
    current += sql.slice(from, match.index);
    from = token === "/*" ? endOfBlockComment(sql, match.index) : match.index + token.length;
    opaque.lastIndex = from;
    if (token === ";") {
      statements.push(current);
      current = "";
    } else {
      current += token.startsWith("--") || token === "/*" ? " " : token;
    }
  }
  statements.push(current + sql.slice(from));
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== "");
}
