import { withCastElements } from "./array-casts.ts";

/*
 * PostgreSQL 16 stopped to write the table in front of a column where a query reads one table only: `SELECT t.id FROM
 * public.t` became `SELECT id FROM public.t`. The same view therefore has two texts. Between such majors two texts count
 * as equal where one follows from the other by leaving out such qualifiers, and by nothing else.
 *
 * Within one major too a text that is read again can come out otherwise: a column of a subquery that is a bare 'x' has no name,
 * and is written as `'x'::text`; of that the copy takes the type for its name, and writes `'x'::text AS text`. Nothing can
 * refer to a column without a name, so giving it one changes nothing. Casts of arrays are moved to their elements
 * (array-casts.ts). And `f() x(id, s)` was written before the rows of f had a third column, which is named on the copy.
 */

const token = /\s+|'(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|\d+(?:\.\d+)?|::|<=|>=|<>|!=|\|\||[^\s]/gu;

/** The tokens of a definition without white space, in which majors lay out differently too. */
export function tokens(definition: string): string[] {
  return (definition.match(token) ?? []).filter((text) => text.trim() !== "");
}

function isIdentifier(text: string | undefined): boolean {
  return text !== undefined && /^["\p{L}_]/u.test(text);
}

/** Whether `x.y` begins here, where x may be a table in front of its column. A call, `x.y(`, keeps its schema. */
function qualifies(list: readonly string[], at: number): boolean {
  return isIdentifier(list[at]) && list[at + 1] === "." && isIdentifier(list[at + 2]) && list[at + 3] !== "(";
}

/** Tokens that a type consists of: `timestamp(3) with time zone`, `app.mood[]`. */
const ofType = /^(?:["\p{L}_]|\d|[.,()[\]])/u;

/** Whether `AS name` stands here, behind a cast. */
function isNameOfCast(list: readonly string[], at: number): boolean {
  if (list[at] !== "AS" || !isIdentifier(list[at + 1])) return false;
  let before = at - 1;
  while (before > 0 && ofType.test(list[before] ?? "")) before -= 1;
  return before < at - 1 && list[before] === "::";
}

const isName = (text: string | undefined) => /^["\p{Ll}_]/u.test(text ?? "");

/** Whether a list of names for the columns of one function's rows ends here: `FROM f(1) x(id, s)`. */
function endsNamesOfRows(list: readonly string[], at: number): boolean {
  let before = at - 1;
  while (isName(list[before]) || list[before] === ",") before -= 1;
  if (list[before] !== "(" || !isName(list[before - 1]) || list[before - 2] !== ")") return false;
  let depth = 0;
  for (before -= 2; before > 0; before -= 1) {
    depth += list[before] === ")" ? 1 : list[before] === "(" ? -1 : 0;
    // What comes after the columns of one of several functions, or before an ordinality, would be another one's name.
    if (depth === 0) return isName(list[before - 1]);
  }
  return false;
}

/**
 * Whether the second definition says what the first one says, read by a server and written again: equal but for white
 * space, where arrays are cast, names that columns had not, and, from one major to another, qualifiers of columns.
 *
 * A name after FROM or JOIN is written with its schema by both majors, so another table is never taken for the same.
 */
export function equalAsRead(one: string, other: string, sameMajor: boolean): boolean {
  const a = withCastElements(tokens(one));
  const b = withCastElements(tokens(other));
  const isQualifier = (list: readonly string[], at: number) => !sameMajor && qualifies(list, at);
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (a[i] === b[j] && isQualifier(a, i) === isQualifier(b, j)) {
      i += 1;
      j += 1;
    } else if (isQualifier(a, i) && !isQualifier(b, j) && a[i + 2] === b[j]) {
      i += 2;
    } else if (isQualifier(b, j) && !isQualifier(a, i) && b[j + 2] === a[i]) {
      j += 2;
    } else if (isNameOfCast(b, j)) {
      j += 2;
    } else if (b[j] === "," && isName(b[j + 1]) && a[i] === ")" && endsNamesOfRows(a, i)) {
      j += 2;
    } else {
      return false;
    }
  }
  return true;
}
