/*
 * PostgreSQL reads the cast of a whole array, `(ARRAY['a'::varchar, 'b'::varchar])::text[]`, as casts of its elements, and
 * writes it as `ARRAY[('a'::varchar)::text, ('b'::varchar)::text]` from then on. It makes the first form itself, of
 * `status IN ('a', 'b')` where the column is a varchar: so a source has the one, and its copy the other.
 */

const pairs: Readonly<Record<string, 1 | -1>> = { "(": 1, "[": 1, ")": -1, "]": -1 };

/** Where the bracket that opens here is closed; the end of the list where it is not. */
function closing(list: readonly string[], at: number): number {
  let depth = 0;
  for (let i = at; i < list.length; i += 1) {
    depth += pairs[list[i] ?? ""] ?? 0;
    if (depth === 0) return i;
  }
  return list.length;
}

/** What stands between the commas of a list. */
function elements(list: readonly string[]): string[][] {
  const found: string[][] = [[]];
  let depth = 0;
  for (const text of list) {
    depth += pairs[text] ?? 0;
    if (text === "," && depth === 0) found.push([]);
    else found.at(-1)?.push(text);
  }
  return found;
}

/** Where the name of a type ends that begins here: `app.mood`, `timestamp(3) without time zone`. */
function endOfType(list: readonly string[], from: number): number {
  let at = from;
  while (/^(?:["\p{L}_]|[\d.,()])/u.test(list[at] ?? "")) at += 1;
  return at;
}

const isArray = (list: readonly string[], at: number) => list[at] === "ARRAY" && list[at + 1] === "[";

/** An array's elements, each with the cast; of arrays within it the elements of those. */
function castEach(array: readonly string[], type: readonly string[]): string[] {
  const cast = elements(array.slice(2, -1)).map((element) =>
    isArray(element, 0) && closing(element, 1) === element.length - 1
      ? castEach(element, type)
      : ["(", ...element, ")", "::", ...type],
  );
  return ["ARRAY", "[", ...cast.flatMap((element, place) => (place === 0 ? element : [",", ...element])), "]"];
}

/** The tokens of a definition with every cast of a whole array written as casts of its elements. */
export function withCastElements(definition: readonly string[]): readonly string[] {
  const list = [...definition];
  // From the end on: of casts within casts the inner ones come first.
  for (let at = list.length - 1; at >= 0; at -= 1) {
    if (list[at] !== "(" || !isArray(list, at + 1)) continue;
    const end = closing(list, at + 2);
    if (list[end + 1] !== ")" || list[end + 2] !== "::") continue;
    const type = list.slice(end + 3, endOfType(list, end + 3));
    const after = end + 3 + type.length;
    if (type.length === 0 || list[after] !== "[" || list[after + 1] !== "]") continue;
    list.splice(at, after + 2 - at, ...castEach(list.slice(at + 1, end + 1), type));
  }
  return list;
}
