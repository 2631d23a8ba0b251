import { expect, test } from "vitest";
import { requireNoGap } from "./archive-end.ts";

const segment = (n: number) => `00000001000000000000000${n}`;
const end = { timeline: "1", last: segment(3) };

test.each([
  ["all that there is", [1, 2, 3], false],
  ["all that there is, of which the first was read again", [2, 3, 1], false],
  ["less than there is", [1, 2], true],
])("a server that was given %s: %j", (_, given, gap) => {
  const look = () => requireNoGap(end, given.map(segment), "then");
  if (gap) expect(look).toThrow(expect.objectContaining({ id: "pgbackrest.gap" }));
  else expect(look).not.toThrow();
});
