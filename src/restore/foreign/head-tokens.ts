import type { Token } from "../sql-tokens.ts";

const identifierStart = String.raw`[\p{L}_]`;
const headToken = new RegExp(
  String.raw`\s+|--[^\n]*|/\*[\s\S]*?\*/|(?<quote>["'])|(?<word>${identifierStart}[\p{L}\p{N}_$]*)|(?<number>\d+(?:\.\d+)?)|(?<symbol>[^\s])`,
  "uy",
);

/** Where what is quoted from `start` on ends; -1 where it does not. A value may be too long for a regular expression. */
function endOfQuoted(sql: string, start: number, quote: string): number {
  for (let end = sql.indexOf(quote, start + 1); end >= 0; end = sql.indexOf(quote, end + 2)) {
    if (sql[end + 1] !== quote) return end;
  }
  return -1;
}

/**
 * The first tokens of a statement. What follows may be anything, and long.
 *
 * @param isEnd whether the head ends before this token; `most` tokens are its end in any case
 */
export function headTokens(sql: string, most: number, isEnd: (token: Token) => boolean = () => false): Token[] {
  const tokens: Token[] = [];
  headToken.lastIndex = 0;
  for (let match = headToken.exec(sql); match?.groups !== undefined; match = headToken.exec(sql)) {
    const { quote, word, number, symbol } = match.groups;
    const end = quote === undefined ? -1 : endOfQuoted(sql, match.index, quote);
    if (quote !== undefined && end >= 0) {
      const value = sql.slice(match.index + 1, end).replaceAll(quote + quote, quote);
      tokens.push({ kind: quote === "'" ? "string" : "identifier", value });
      headToken.lastIndex = end + 1;
    } else if (quote !== undefined) tokens.push({ kind: "symbol", value: quote });
    else if (word !== undefined || number !== undefined) tokens.push({ kind: "word", value: word ?? number ?? "" });
    else if (symbol !== undefined) tokens.push({ kind: "symbol", value: symbol });
    const last = tokens.at(-1);
    if (last !== undefined && isEnd(last)) tokens.pop();
    else if (tokens.length < most) continue;
    break;
  }
  return tokens;
}
