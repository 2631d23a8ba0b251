import { expect, test } from "vitest";
import { matchColumns, noDecisions } from "./columns.ts";
import { parseDecisions } from "./decisions.ts";
import type { Column } from "./shape.ts";

const column = (name: string, type = "text", more: Partial<Column> = {}): Column => ({
  name,
  type,
  not_null: false,
  has_default: false,
  generated: "",
  identity: "",
  ...more,
});

const decide = (map: string[] = [], leave: string[] = [], retype: string[] = []) =>
  parseDecisions({ map, leave, retype });

test("columns that are the same are compared, in production's order", () => {
  const mapping = matchColumns({ columns: [column("a"), column("b")] }, { columns: [column("b"), column("a")] });
  expect(mapping).toEqual({
    pairs: [
      { live: "b", backup: "b" },
      { live: "a", backup: "a" },
    ],
    added: [],
    notes: [],
    problems: [],
  });
});

test("a column that is gone needs a decision, and a renamed one is hinted at", () => {
  const [backup, live] = [
    { columns: [column("id", "uuid"), column("pin")] },
    { columns: [column("id", "uuid"), column("pin_hash")] },
  ];
  expect(matchColumns(backup, live).problems).toEqual([
    expect.stringMatching(/--leave pin, or if it is called pin_hash now, say --map pin=pin_hash/),
  ]);
  expect(matchColumns(backup, live, decide(["pin=pin_hash"]))).toMatchObject({
    problems: [],
    pairs: [{ live: "id" }, { live: "pin_hash", backup: "pin" }],
  });
  expect(matchColumns(backup, live, decide([], ["pin"]))).toMatchObject({
    problems: [],
    pairs: [{ live: "id" }],
    added: ["pin_hash"],
  });
});

test("a column that was added may be empty or have a default, else nothing could be restored", () => {
  const backup = { columns: [column("id")] };
  const added = (more: Partial<Column>) =>
    matchColumns(backup, { columns: [column("id"), column("late", "text", more)] });
  expect(added({}).problems).toEqual([]);
  expect(added({ not_null: true, has_default: true }).problems).toEqual([]);
  expect(added({ not_null: true, identity: "d" }).problems).toEqual([]);
  expect(added({ not_null: true }).problems).toHaveLength(1);
  expect(added({ not_null: true, generated: "s" })).toMatchObject({ problems: [], added: [] });
});

test("another type is never guessed at", () => {
  const [backup, live] = [{ columns: [column("n", "integer")] }, { columns: [column("n", "bigint")] }];
  expect(matchColumns(backup, live).problems).toEqual([expect.stringContaining("--retype n")]);
  expect(matchColumns(backup, live, decide([], [], ["n"]))).toMatchObject({ problems: [], pairs: [{ live: "n" }] });
});

test("what production computes itself is not written; what it computed then and lost is not missed", () => {
  const computed = column("total", "numeric", { generated: "s" });
  expect(matchColumns({ columns: [column("total", "numeric")] }, { columns: [computed] })).toMatchObject({
    pairs: [],
    problems: [],
  });
  expect(matchColumns({ columns: [computed] }, { columns: [] }).problems).toEqual([]);
  expect(matchColumns({ columns: [computed] }, { columns: [column("total", "numeric")] }).pairs).toHaveLength(1);
});

test("decisions about nothing, or against each other, are wrong input", () => {
  const table = { columns: [column("a")] };
  expect(matchColumns(table, table, decide([], ["b"])).problems).toEqual(["the backup has no column b"]);
  expect(matchColumns(table, table, decide(["a=c"])).problems).toContain("production has no column c");
  for (const [map, leave] of [
    [["a"], []],
    [["a=b=c"], []],
    [["=b"], []],
    [["a=b", "a=c"], []],
    [["a=b"], ["a"]],
  ] as const) {
    expect(() => decide([...map], [...leave])).toThrow(/--map .* makes no sense/);
  }
  expect(noDecisions.renamed.size).toBe(0);
});
