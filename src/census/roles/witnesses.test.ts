import { expect, test } from "vitest";
import type { Belongings } from "./belongings.ts";
import { chooseWitnesses, ownedBy } from "./witnesses.ts";

/** Users by their roles, and by table's oid the places of those who have rows in it. */
const stage = (roles: readonly string[][], owners: Record<number, readonly number[]>) => ({
  drawn: roles.map((drawn_of) => ({ drawn_of })),
  belongings: new Map(
    Object.entries(owners).map(([oid, places]) => [Number(oid), places.map((owner) => ({ owner, key: [`${owner}`] }))]),
  ) satisfies Belongings,
});

test("whoever has rows in most tables speaks first, then whoever adds most to that", () => {
  const { drawn, belongings } = stage([[], [], [], []], { 1: [0, 1, 2], 2: [1, 2], 3: [1, 2], 4: [3] });
  expect(chooseWitnesses(drawn, belongings, 1)).toEqual([1]);
  expect(chooseWitnesses(drawn, belongings, 2)).toEqual([1, 3]);
  expect(chooseWitnesses(drawn, belongings, 3)).toEqual([1, 2, 3]);
});

test("of those who add nothing more, who has something speaks before who has nothing", () => {
  const { drawn, belongings } = stage([[], [], [], []], { 1: [1, 3], 2: [1, 3] });
  expect(chooseWitnesses(drawn, belongings, 2)).toEqual([1, 3]);
});

test("where nobody has anything it is who was drawn first", () => {
  const { drawn, belongings } = stage([["parent"], ["parent"], ["admin"], []], {});
  expect(chooseWitnesses(drawn, belongings, 1)).toEqual([0, 2, 3]);
});

test("a rare role chooses first, and a common one somebody else", () => {
  const { drawn, belongings } = stage([["admin", "parent"], ["parent"], ["parent"]], { 1: [0], 2: [0], 3: [2] });
  expect(chooseWitnesses(drawn, belongings, 1)).toEqual([0, 2]);
});

test("a role whose only holder stands for another already has nobody more", () => {
  const { drawn, belongings } = stage([["admin", "owner"], ["parent"]], {});
  expect(chooseWitnesses(drawn, belongings, 2)).toEqual([0, 1]);
});

test("what belongs to some only leaves out the tables in which they have nothing", () => {
  const { belongings } = stage([[], []], { 1: [0, 1], 2: [1] });
  expect(ownedBy(belongings, [0])).toEqual(new Map([[1, [{ owner: 0, key: ["0"] }]]]));
});
