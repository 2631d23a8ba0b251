import { beforeAll, describe, expect, test } from "vitest";
import { as, type Client, service } from "./support/clients.ts";
import { expected } from "./support/expectations.ts";
import { childOf, familyRows, freshLesson, neighboursRow } from "./support/family.ts";
import { denied, granted, keptOut, refused } from "./support/outcomes.ts";

let client: Client;
beforeAll(async () => {
  client = await as("parent");
});

describe.each(Object.entries(familyRows))("Privacy: another family's %s", (table, { row, change }) => {
  let id = "";
  const stored = async () => (await granted(service.from(table).select("*").eq("id", id)))[0];

  beforeAll(async () => {
    id = await neighboursRow(table);
  });

  test("is not read", async () => {
    await keptOut(client.from(table).select("id").eq("id", id));
  });

  test("is not written in their name", async () => {
    const child = await childOf("neighbour");
    const lesson = await freshLesson(await as("neighbour"), child);
    await refused(client.from(table).insert(row(expected.users.neighbour.id, child, lesson)), denied);
  });

  test("is not changed", async () => {
    const before = await stored();
    await keptOut(client.from(table).update(change).eq("id", id).select("id"));
    expect(before).toBeDefined();
    expect(await stored()).toEqual(before);
  });

  test("is not deleted", async () => {
    await keptOut(client.from(table).delete().eq("id", id).select("id"));
    expect(await stored()).toBeDefined();
  });
});

describe("Privacy: calls about another family's child", () => {
  test("a lesson cannot be completed for it", async () => {
    const child = await childOf("neighbour");
    const call = client.rpc("complete_lesson", {
      _child_id: child,
      _lesson_id: await freshLesson(client, child),
      _score: 1,
    });
    await refused(call, denied);
  });

  test("it cannot be deleted", async () => {
    const child = await childOf("neighbour");
    await client.rpc("soft_delete_child", { _child_id: child });
    expect(await granted(service.from("children").select("deleted_at").eq("id", child))).toEqual([
      { deleted_at: null },
    ]);
  });
});
