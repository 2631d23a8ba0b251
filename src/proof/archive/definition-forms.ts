import { NotSql, type Token, tokenize } from "../../restore/sql-tokens.ts";

/** A definition in a form that does not depend on line breaks, on how names are quoted, or on the case of keywords. */
export function normalForm(sql: string): string {
  return tokensOf(sql)?.map(show).join(" ") ?? sql.replace(/\s+/g, " ").trim();
}

function tokensOf(sql: string): Token[] | null {
  try {
    const tokens = tokenize(sql);
    if (tokens.at(-1)?.value === ";") tokens.pop();
    return rolesInOrder(withoutTolerance(tokens));
  } catch (error) {
    if (error instanceof NotSql) return null;
    throw error;
  }
}

const show = ({ kind, value }: Token) =>
  kind === "string" ? `'${value}'` : kind === "word" ? value.toLowerCase() : value;

const isWord = (token: Token | undefined, word: string) => token?.kind === "word" && token.value.toUpperCase() === word;

/** `supabase db dump` adds OR REPLACE and IF NOT EXISTS, so that its files can be run twice. */
function withoutTolerance(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const [first, second, third] = tokens.slice(at, at + 3);
    if (at === 1 && isWord(first, "OR") && isWord(second, "REPLACE")) at += 1;
    else if (at < 4 && isWord(first, "IF") && isWord(second, "NOT") && isWord(third, "EXISTS")) at += 2;
    else if (first !== undefined) kept.push(first);
  }
  return kept;
}

/** pg_dump lists the roles of a policy in the order in which the catalog happens to give them. */
function rolesInOrder(tokens: Token[]): Token[] {
  if (!(isWord(tokens[0], "CREATE") && isWord(tokens[1], "POLICY"))) return tokens;
  const from = tokens.findIndex((token) => isWord(token, "TO")) + 1;
  if (from === 0) return tokens;
  const to = tokens.findIndex((token, at) => at >= from && (isWord(token, "USING") || isWord(token, "WITH")));
  const end = to < 0 ? tokens.length : to;
  const roles = tokens.slice(from, end).filter(({ value }) => value !== ",");
  roles.sort((a, b) => (a.value < b.value ? -1 : 1));
  return [...tokens.slice(0, from), ...roles, ...tokens.slice(end)];
}

/** Words that can follow `::` as parts of one type's name. */
const typeWords = /^(varying|precision|with|without|time|zone)$/i;

/** Leaves out casts: `'a'::character varying(3)[]` becomes `'a'`. */
function withoutCasts(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.kind !== "symbol" || token.value !== "::") {
      kept.push(token);
      continue;
    }
    at += 1;
    if (tokens[at + 1]?.value === ".") at += 2;
    while (typeWords.test(tokens[at + 1]?.kind === "word" ? (tokens[at + 1]?.value ?? "") : "")) at += 1;
    if (tokens[at + 1]?.value === "(") while (at + 1 < tokens.length && tokens[at]?.value !== ")") at += 1;
    while (tokens[at + 1]?.value === "[" && tokens[at + 2]?.value === "]") at += 2;
  }
  return kept;
}

type Tree = readonly (Token | Tree)[];

function parse(tokens: readonly Token[], state: { at: number }): (Token | Tree)[] {
  const items: (Token | Tree)[] = [];
  for (; state.at < tokens.length; state.at += 1) {
    const token = tokens[state.at];
    if (token === undefined || (token.kind === "symbol" && token.value === ")")) break;
    if (token.kind === "symbol" && token.value === "(") {
      state.at += 1;
      items.push(parse(tokens, state));
    } else items.push(token);
  }
  return items;
}

const isTree = (item: Token | Tree): item is Tree => Array.isArray(item);

/** Takes off parentheses around a single thing; how operators are grouped stays. */
function render(items: Tree): string {
  return items
    .map((item) => {
      if (!isTree(item)) return show(item);
      let inner: Tree = item;
      for (let only = inner[0]; inner.length === 1 && only !== undefined && isTree(only); only = inner[0]) inner = only;
      const [only] = inner;
      return inner.length === 1 && only !== undefined && !isTree(only) ? show(only) : `( ${render(inner)} )`;
    })
    .join(" ");
}

/** The parts of a list between commas, sorted. */
function inAnyOrder(list: Tree): Tree {
  const parts: (Token | Tree)[][] = [[]];
  for (const item of list) {
    if (!isTree(item) && item.kind === "symbol" && item.value === ",") parts.push([]);
    else parts.at(-1)?.push(item);
  }
  return parts.sort((a, b) => (render(a) < render(b) ? -1 : 1));
}

/**
 * A definition without its casts and without parentheses that group nothing. PostgreSQL writes an expression such as
 * `x = ANY ((ARRAY['a'::varchar])::text[])` as `x = ANY (ARRAY[('a'::varchar)::text])` after a reload.
 */
export function looseForm(sql: string): string {
  const tokens = tokensOf(sql);
  if (tokens === null) return normalForm(sql);
  const tree = parse(withoutCasts(tokens), { at: 0 });
  // A reload puts inherited columns before a table's own.
  const inherits = isWord(tokens[0], "CREATE") && tokens.some((token) => isWord(token, "INHERITS"));
  return render(inherits ? tree.map((item) => (isTree(item) ? inAnyOrder(item) : item)) : tree);
}
