import { expect, test } from "vitest";
import { judgeThrown } from "./findings.ts";

const relation = { table: "public.t", index: "t_pkey", oid: 1, index_oid: 2, method: "btree", bytes: 8192 };

function thrown(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

// PostgreSQL 17.12, bt_index_parent_check with checkunique, of an index whose entries lost a bit.
test.each([
  ["XX000", 'could not open file "base/5/16393.1" (target block 1048576): previous segment is only 2 blocks'],
  ["58P01", 'could not open file "base/5/16393.1" (target block 1048576): No such file or directory'],
])("an entry that leads to a page which is not there is damage: %s", (code, message) => {
  expect(judgeThrown(relation, thrown(code, message))).toEqual({
    object: "public.t",
    attribute: "index t_pkey",
    expected: "sound",
    actual: `an entry leads to a page that the table does not have, page 1048576 (SQLSTATE ${code})`,
  });
});

test("any other internal error leaves the index unproved, and its words are not told", () => {
  expect(judgeThrown(relation, thrown("XX000", "canary"))).toBe(
    "t_pkey on public.t could not be looked at: PostgreSQL refused it with SQLSTATE XX000 internal_error",
  );
});
