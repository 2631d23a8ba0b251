import type { Token } from "../sql-tokens.ts";

const identifierStart = String.raw`[\p{L}_]`;
const headToken = new RegExp(
  String.raw`\s+|--[^\n]*|/\*[\s\S]*?\*/|(?<quoted>"(?:[^"]|"")*")|(?<word>${identifierStart}[\p{L}\p{N}_$]*)|(?<number>\d+(?:\.\d+)?)|(?<string>'(?:[^']|'')*')|(?<symbol>[^\s])`,
  "uy",
);

/** The first tokens of a statement. What follows may be anything, and long. */
export function headTokens(sql: string, most: number): Token[] {
  const tokens: Token[] = [];
  headToken.lastIndex = 0;
  for (let match = headToken.exec(sql); match?.groups !== undefined; match = headToken.exec(sql)) {
    const { quoted, word, number, string, symbol } = match.groups;
    if (quoted !== undefined) tokens.push({ kind: "identifier", value: quoted.slice(1, -1).replaceAll('""', '"') });
    else if (string !== undefined) tokens.push({ kind: "string", value: string.slice(1, -1).replaceAll("''", "'") });
    else if (word !== undefined || number !== undefined) tokens.push({ kind: "word", value: word ?? number ?? "" });
    else if (symbol !== undefined) tokens.push({ kind: "symbol", value: symbol });
    if (tokens.length >= most) break;
  }
  return tokens;
}
