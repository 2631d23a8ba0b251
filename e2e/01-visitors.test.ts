import { describe, expect, test } from "vitest";
import { service, visitor } from "./support/clients.ts";
import { expected } from "./support/expectations.ts";
import { counted, denied, granted, keptOut, refused } from "./support/outcomes.ts";

/** What a role is known to see of the tables of `public`, as the source showed it when the backup was taken. */
function sights(role: string): [string, number | string][] {
  return Object.entries(expected.roles[role] ?? {})
    .filter(([name]) => /^public\.[a-z_][a-z0-9_]*$/.test(name))
    .map(([name, sight]) => [name.slice("public.".length), sight]);
}

/** Asks for every table and gives those whose answer is not the source's. */
async function differing(role: string, client = visitor()): Promise<string[]> {
  const wrong: string[] = [];
  for (const [table, sight] of sights(role)) {
    // GET, because an answer to HEAD has no body to say why.
    const { count, error } = await client.from(table).select("*", { count: "exact" }).limit(1);
    const seen = error === null ? Math.min(count ?? 0, expected.limit) : error.code;
    if (seen !== sight) wrong.push(table);
  }
  return wrong;
}

describe("Landing page: a visitor who is not signed in", () => {
  test("sees of every table exactly what visitors of the source see", async () => {
    expect(await differing("anon")).toEqual([]);
  });

  test.each([
    "profiles",
    "children",
    "user_progress",
    "emotion_logs",
    "parent_child_messages",
    "parent_weekly_reports",
  ])("sees nothing of %s", async (table) => {
    await keptOut(visitor().from(table).select("*").limit(1));
  });

  test("is refused children outright", async () => {
    await refused(visitor().from("children").select("id").limit(1), denied);
  });

  test("sees the avatar items and badges that there are", async () => {
    for (const table of ["avatar_items", "badges"]) {
      const count = await counted(visitor().from(table).select("*", { count: "exact", head: true }));
      expect(count).toBe(expected.tables[`public.${table}`]);
    }
  });

  test("may not add a child", async () => {
    const { id } = expected.users.parent;
    await refused(visitor().from("children").insert({ parent_id: id, name: "Nobody's", grade_level: 1 }), denied);
  });

  test("may report an error, and not read it", async () => {
    const error_message = `Rehearsal ${crypto.randomUUID()}`;
    await granted(visitor().from("error_logs").insert({ error_message, severity: "low" }));
    await keptOut(visitor().from("error_logs").select("id").eq("error_message", error_message));
    expect(await granted(service.from("error_logs").select("id").eq("error_message", error_message))).toHaveLength(1);
  });

  test("may not call what only those who are signed in may call", async () => {
    await refused(visitor().rpc("set_admin_access", { _on: true }), denied);
  });
});

describe("Back end: the service", () => {
  test("sees of every table exactly what it sees in the source", async () => {
    // The tests above have reported an error.
    expect((await differing("service_role", service)).filter((table) => table !== "error_logs")).toEqual([]);
  });

  test.each(
    expected.critical_tables.filter((name) => name !== "public.error_logs"),
  )("finds all rows of %s that the backup counted", async (name) => {
    const [schema = "", table = ""] = name.split(".");
    expect(schema).toBe("public");
    const count = await counted(service.from(table).select("*", { count: "exact", head: true }));
    expect(count).toBe(expected.tables[name]);
  });
});
