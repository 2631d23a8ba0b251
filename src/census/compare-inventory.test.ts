import { describe, expect, test } from "vitest";
import { compareInventories } from "./compare-inventory.ts";
import type { InventoryObject, Json } from "./types.ts";

const fifteen = { expectedVersion: 150018, actualVersion: 150018 };

function object(kind: string, name: string, attributes: { [attribute: string]: Json } = {}): InventoryObject {
  return { kind, name, attributes };
}

/** How many differences and how many excuses there are, and the reasons of the latter. */
function judge(expected: readonly InventoryObject[], actual: readonly InventoryObject[], options: object = {}) {
  const { differences, notCovered } = compareInventories(expected, actual, { ...fifteen, ...options });
  return {
    found: differences.map((d) => `${d.change} ${d.object} ${d.attribute}`),
    excused: notCovered.map((n) => n.why),
  };
}

describe("what a dump cannot carry is told and is no finding", () => {
  const member = (attributes: { [attribute: string]: Json }) =>
    object("extension-member", "function net.http_get(text)", { extension: "pg_net", ...attributes });

  test("a member of an extension that was altered at the source", () => {
    const { found, excused } = judge(
      [member({ definition: "a", touched: true, security_definer: true })],
      [member({ definition: "b" })],
    );
    expect(found).toEqual([]);
    expect(excused).toHaveLength(2);
    expect(excused[0]).toContain("after a recovery, alter them again");
  });

  test("a member that was altered on the copy only is a finding", () => {
    const { found } = judge([member({ definition: "a" })], [member({ definition: "b", touched: true })]);
    expect(found).toEqual(["changed function net.http_get(text) definition"]);
  });

  test("grants on a member travel, so their loss is a finding", () => {
    const { found } = judge([member({ granted: ["anon=EXECUTE/<owner>"], touched: true })], [member({})]);
    expect(found).toEqual(["changed function net.http_get(text) granted"]);
  });

  test("a table inside an extension that is gone is a finding, on another major too", () => {
    const table = object("extension-member", "table net.queue", { extension: "pg_net", touched: true });
    expect(judge([table], []).found).toEqual(["missing table net.queue *"]);
    expect(judge([table], [], { actualVersion: 170004 }).found).toEqual(["missing table net.queue *"]);
  });

  describe("the version of an extension", () => {
    const copy = { version: "1.10", default_version: "1.10" };
    const compared = (version: string, actual: { [attribute: string]: Json }) =>
      judge([object("extension", "e", { version })], [object("extension", "e", actual)]);

    test("that is older on the source than what the copy's server makes is told, with its members", () => {
      const { found, excused } = judge(
        [object("extension", "e", { version: "1.9" }), object("extension-member", "view v", { extension: "e" })],
        [object("extension", "e", copy), object("extension-member", "function f()", { extension: "e" })],
      );
      expect(found).toEqual([]);
      expect(excused.filter((why) => why.includes("`ALTER EXTENSION e UPDATE`"))).toHaveLength(1);
      expect(excused.filter((why) => why === "the copy has another version of the extension")).toHaveLength(1);
    });

    test("that is older on the copy, or that its server does not make, is a finding", () => {
      expect(compared("1.11", copy).found).toEqual(["changed e version"]);
      expect(compared("1.9", { version: "1.10", default_version: "1.11" }).found).toEqual(["changed e version"]);
      expect(compared("1.9", { version: "1.10" }).found).toEqual(["changed e version"]);
    });
  });

  test("an extension that was skipped, with its members and the policies on its tables", () => {
    const source = [
      object("extension", "pg_cron", { version: "1.6" }),
      object("extension-member", "table cron.job", { extension: "pg_cron" }),
      object("policy", "cron_job_policy ON cron.job"),
      object("comment", "extension pg_cron", { of: "pg_cron" }),
    ];
    expect(judge(source, []).found).toHaveLength(2);
    const { found, excused } = judge(source, [], { skippedExtensions: ["pg_cron"] });
    expect(found).toEqual([]);
    expect(new Set(excused)).toEqual(new Set(["the extension was left out of the copy"]));
  });

  test.each([
    ["an invalid index", [object("index", "s.i", { table: "s.t", valid: false })], []],
    ["a subscription", [object("subscription", "s")], []],
    ["a password", [object("role-password", "r", { method: "md5" })], []],
    ["a security label", [object("security-label", "p ON table s.t", { label: "x" })], []],
    [
      "the owner of an extension",
      [object("extension", "e", { owner: "a" })],
      [object("extension", "e", { owner: "b" })],
    ],
    [
      "a foreign key whose triggers are off",
      [object("constraint", "k ON s.t", { enforcement: "disabled" })],
      [object("constraint", "k ON s.t")],
    ],
    ["what a flag switches off", [object("switched-off", "rules ON s.t")], []],
    [
      "locale",
      [object("database", "this", { collate: "en_US.UTF-8" })],
      [object("database", "this", { collate: "C" })],
    ],
    ["tablespace", [object("table", "s.t", { tablespace: "fast" })], [object("table", "s.t")]],
    ["grants on a row type", [object("table", "s.t", { row_type_grants: ["=U/o"] })], [object("table", "s.t")]],
    [
      "the first superuser",
      [object("role", "postgres", { superuser: false })],
      [object("role", "postgres", { superuser: true, bootstrap: true })],
    ],
  ])("%s", (_, expected, actual) => {
    const { found, excused } = judge(expected, actual);
    expect(found).toEqual([]);
    expect(excused).toHaveLength(1);
  });

  test.each([
    ["a valid index", [object("index", "s.i", { table: "s.t", valid: true })], []],
    [
      "a foreign key whose triggers are off on the copy only",
      [object("constraint", "k ON s.t")],
      [object("constraint", "k ON s.t", { enforcement: "disabled" })],
    ],
    ["what a flag switches off on the copy only", [], [object("switched-off", "rules ON s.t")]],
    [
      "encoding",
      [object("database", "this", { encoding: "UTF8" })],
      [object("database", "this", { encoding: "LATIN1" })],
    ],
    ["a database setting", [object("database", "this", { settings: ["a=1"] })], [object("database", "this")]],
    ["a surplus index", [], [object("index", "s.i", { table: "s.t", valid: false })]],
    ["a role's right", [object("role", "anon", {})], [object("role", "anon", { superuser: true })]],
  ])("but %s is a finding", (_, expected, actual) => {
    expect(judge(expected, actual).found).toHaveLength(1);
  });
});

describe("what belongs to the copy's server", () => {
  test("roles, passwords and parameter grants that only it has are not the copy's", () => {
    const server = [
      object("role", "postgres", { bootstrap: true }),
      object("role-password", "postgres", { method: "md5" }),
      object("parameter-grant", "work_mem", { grants: [] }),
      object("comment", "role postgres", { of: "postgres" }),
      object("membership", "postgres IN anon", { member: "postgres", role: "anon" }),
    ];
    expect(judge([object("role", "anon")], [object("role", "anon"), ...server])).toEqual({ found: [], excused: [] });
  });

  test("a membership between the source's own roles is a finding", () => {
    const roles = [object("role", "anon"), object("role", "admin")];
    const surplus = object("membership", "anon IN admin", { member: "anon", role: "admin" });
    expect(judge(roles, [...roles, surplus]).found).toEqual(["extra anon IN admin *"]);
  });
});

describe("one cause is told once", () => {
  test("a missing table stands for everything on it", () => {
    const table = object("table", "s.t");
    const on = [
      object("column", "s.t.a", { position: 1 }),
      object("constraint", "t_pkey ON s.t", { index: "s.t_pkey" }),
      object("index", "s.t_pkey", { table: "s.t" }),
      object("policy", '"p ON q" ON s.t'),
      object("comment", "policy x", { of: '"p ON q" ON s.t' }),
    ];
    const { differences } = compareInventories([object("schema", "s"), table, ...on], [object("schema", "s")], fifteen);
    expect(differences).toMatchObject([{ kind: "table", object: "s.t", change: "missing", attribute: "*", folded: 5 }]);
  });

  test("a missing column does not move those behind it, but two that changed places are seen", () => {
    const column = (name: string, position: number) => object("column", `s.t.${name}`, { position });
    const source = [column("a", 1), column("b", 2), column("c", 3)];
    expect(judge(source, [column("b", 1), column("c", 2)]).found).toEqual(["missing s.t.a *"]);
    expect(judge(source, [column("c", 1), column("b", 2)]).found).toEqual([
      "missing s.t.a *",
      "changed s.t.b position",
      "changed s.t.c position",
    ]);
  });

  test("a new owner takes the old one's grants over; a lost grant is still seen", () => {
    const table = (owner: string, grants: readonly string[]) => object("table", "s.t", { owner, grants });
    const source = table('a"b', ['"a""b"=arw/"a""b"', 'anon=r/"a""b"']);
    expect(judge([source], [table("zed", ["anon=r/zed", "zed=arw/zed"])]).found).toEqual(["changed s.t owner"]);
    expect(judge([source], [table("zed", ["zed=arw/zed"])]).found).toEqual(["changed s.t grants", "changed s.t owner"]);
  });
});

test("a kind that one side could not read is not compared and is told", () => {
  const unread = object("unread", "user-mapping");
  const { found, excused } = judge([unread], [object("user-mapping", "FOR u SERVER s")]);
  expect(found).toEqual([]);
  expect(excused).toEqual(["one of the two sides could not be read"]);
});

test("what goes with an extension is not asked of a backup that does not know it", () => {
  const extension = (attributes: { [attribute: string]: Json }) => object("extension", "hstore", attributes);
  const goes = extension({ dependents: ["function app.add(integer)"] });
  expect(judge([extension({})], [goes]).found).toEqual([]);
  expect(judge([extension({ dependents: [] })], [goes]).found).toEqual(["changed hstore dependents"]);
  expect(judge([goes], [extension({ dependents: [] })]).found).toEqual(["changed hstore dependents"]);
});

test("what PostgreSQL's own schemas hold is not asked of a backup that does not know it", () => {
  const english = (reads: string) => object("system-object", "text search configuration pg_catalog.english", { reads });
  const { found, excused } = judge([], [english("a")]);
  expect(found).toEqual([]);
  expect(excused).toEqual(["one of the two sides is of a version that did not ask"]);
  expect(judge([english("a")], [english("b")]).found).toHaveLength(1);
  expect(judge([english("a")], [english("b")], { actualVersion: 170004 }).found).toEqual([]);
});

test("what somebody made there is lost: a table is a finding, the rest is told; on the copy only it is a finding", () => {
  const own = object("system-object", "text search dictionary pg_catalog.simple", { reads: "" });
  const [table, code] = [
    object("system-object", "table information_schema.t"),
    object("system-object", "function pg_catalog.f()"),
  ];
  expect(judge([own, table, code], [own]).found).toEqual(["missing table information_schema.t *"]);
  expect(judge([own, code], [own]).excused[0]).toContain("have it in a schema of your own");
  expect(judge([own], [own, code]).found).toEqual(["extra function pg_catalog.f() *"]);
});

test("an identity's sequence of another type than its column comes back with its column's", () => {
  const sequence = (attributes: { [attribute: string]: Json }) =>
    object("sequence", "s.q", { identity: true, ...attributes });
  const [other, usual] = [
    sequence({ type: "bigint", maximum: "9", column_type: "integer" }),
    sequence({ type: "integer", maximum: "8" }),
  ];
  expect(judge([other], [usual])).toMatchObject({ found: [], excused: [expect.any(String), expect.any(String)] });
  expect(judge([usual], [other]).found).toEqual(["changed s.q maximum", "changed s.q type"]);
});

test("nothing in common but the order is equal", () => {
  const objects = [object("table", "s.a", { x: { b: 1, a: [1, 2] } }), object("table", "s.b")];
  const other = [object("table", "s.b"), object("table", "s.a", { x: { a: [1, 2], b: 1 } })];
  expect(compareInventories(objects, other, fifteen)).toEqual({ differences: [], notCovered: [] });
});
