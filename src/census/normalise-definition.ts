/*
 * PostgreSQL 16 stopped to write the table in front of a column where a query reads one table only: `SELECT t.id FROM
 * public.t` became `SELECT id FROM public.t`. The same view therefore has two texts. Between such majors two texts count
 * as equal where one follows from the other by leaving out such qualifiers, and by nothing else.
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
function isQualifier(list: readonly string[], at: number): boolean {
  return isIdentifier(list[at]) && list[at + 1] === "." && isIdentifier(list[at + 2]) && list[at + 3] !== "(";
}

/**
 * Whether two definitions are equal but for qualifiers of columns and white space.
 *
 * A name after FROM or JOIN is written with its schema by both majors, so another table is never taken for the same.
 */
export function equalButForQualifiers(one: string, other: string): boolean {
  const a = tokens(one);
  const b = tokens(other);
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
    } else {
      return false;
    }
  }
  return true;
}
