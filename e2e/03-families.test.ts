import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, type Client, service } from "./support/clients.ts";
import { expected } from "./support/expectations.ts";
import { childOf } from "./support/family.ts";
import { counted, denied, granted, keptOut, refused } from "./support/outcomes.ts";

const { parent } = expected.users;
let client: Client;
beforeAll(async () => {
  client = await as("parent");
});

describe("Family: a parent and their children", () => {
  let added = "";
  afterAll(async () => {
    if (added !== "") await service.from("children").delete().eq("id", added);
  });

  test("a parent sees all of their children", async () => {
    const own = await counted(
      service.from("children").select("*", { count: "exact", head: true }).eq("parent_id", parent.id),
    );
    const seen = await counted(client.from("children").select("*", { count: "exact", head: true }));
    expect(own).toBeGreaterThan(0);
    expect(seen).toBe(own);
  });

  test("a parent sees nobody else's children", async () => {
    expect(await granted(client.from("children").select("id").neq("parent_id", parent.id).limit(1))).toEqual([]);
  });

  test("a parent adds a child, in any script, and finds it again", async () => {
    const name = "Ἰθάκη נועה 小明 🦊 O'Brien";
    const rows = await granted(
      client.from("children").insert({ parent_id: parent.id, name, grade_level: 0 }).select("id,name,total_points"),
    );
    added = rows[0]?.id;
    expect(rows).toEqual([{ id: added, name, total_points: 0 }]);
  });

  test("adding a child leaves a trace in the access log", async () => {
    const log = service.from("security_access_log").select("action,user_id").eq("accessed_record_id", added);
    expect(await granted(log)).toEqual([{ action: "INSERT", user_id: parent.id }]);
  });

  test("a parent edits their child", async () => {
    const rows = await granted(
      client
        .from("children")
        .update({ grade_level: 12, avatar_config: { color: "sea" } })
        .eq("id", added)
        .select(),
    );
    expect(rows[0]).toMatchObject({ grade_level: 12, avatar_config: { color: "sea" } });
  });

  test("a child that its parent deletes is kept for thirty days, and the reason is logged", async () => {
    const due = await granted(client.rpc("soft_delete_child", { _child_id: added, _reason: "moved school" }));
    const days = (Date.parse(String(due)) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29);
    expect(days).toBeLessThan(31);
    const logged = service.from("security_access_log").select("metadata").eq("accessed_record_id", added);
    const [entry] = await granted(logged.eq("action", "SENSITIVE_UPDATE"));
    expect(entry?.metadata.fields).toContain("deleted_at");
  });

  test("a deleted child is no longer shown", async () => {
    expect(await granted(client.from("children_safe").select("id").eq("id", added))).toEqual([]);
    const dashboard = await granted(client.rpc("get_family_dashboard"));
    expect(dashboard.map((row: { child_id: string }) => row.child_id)).not.toContain(added);
  });

  test("the family's dashboard shows each of their children once", async () => {
    const active = await counted(
      service
        .from("children")
        .select("*", { count: "exact", head: true })
        .eq("parent_id", parent.id)
        .is("deleted_at", null),
    );
    expect(await granted(client.rpc("get_family_dashboard"))).toHaveLength(active);
  });

  test("a child cannot be given to another parent", async () => {
    const { id } = expected.users.neighbour;
    await refused(
      client
        .from("children")
        .update({ parent_id: id })
        .eq("id", await childOf("parent")),
      denied,
    );
  });
});

describe("Family: a parent's own profile", () => {
  test("is not readable, not even by its owner", async () => {
    expect(await granted(client.from("profiles").select("id"))).toEqual([]);
  });

  test("takes a new name only in the columns that a browser may write", async () => {
    await refused(client.from("profiles").update({ age_verified: true }).eq("id", parent.id), denied);
  });

  test("cannot be made for somebody else", async () => {
    const { id } = expected.users.neighbour;
    await refused(client.from("profiles").insert({ id, full_name: "Impostor" }), denied);
  });

  test("shows the parent's own roles only", async () => {
    const rows = await granted(client.from("user_roles").select("user_id"));
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ user_id }) => user_id))).toEqual(new Set([parent.id]));
  });

  test("keeps the keys of the encryption from everybody's eyes", async () => {
    await keptOut(client.from("encryption_keys").select("key_name"));
  });
});
