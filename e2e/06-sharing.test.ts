import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, type Client, service, visitor } from "./support/clients.ts";
import { expected } from "./support/expectations.ts";
import { childOf, generatedLesson } from "./support/family.ts";
import { granted, keptOut } from "./support/outcomes.ts";

describe("Sharing: a lesson that a child made", () => {
  let client: Client;
  let child: string;
  let id = "";
  const status = async () =>
    (await granted(client.from("child_generated_lessons").select("share_status").eq("id", id)))[0]?.share_status;
  const toVisitors = () => granted(visitor().from("child_generated_lessons").select("id").eq("id", id));

  beforeAll(async () => {
    client = await as("parent");
    child = await childOf("parent");
  });
  afterAll(async () => {
    if (id !== "") await service.from("child_generated_lessons").delete().eq("id", id);
  });

  test("is private at first: its family sees it, visitors do not", async () => {
    const rows = await granted(
      client.from("child_generated_lessons").insert(generatedLesson(expected.users.parent.id, child)).select("id"),
    );
    id = rows[0]?.id;
    expect(await status()).toBe("private");
    expect(await toVisitors()).toEqual([]);
  });

  test("is not approved by another parent", async () => {
    await granted(client.rpc("request_lesson_share", { _lesson_id: id }));
    expect(await status()).toBe("pending_approval");
    await (await as("neighbour")).rpc("approve_lesson_share", { _lesson_id: id });
    expect(await status()).toBe("pending_approval");
    expect(await toVisitors()).toEqual([]);
  });

  test("is seen by everybody once the parent approved it, and its child is rewarded", async () => {
    const points = async () =>
      (await granted(client.from("children").select("total_points").eq("id", child)))[0]?.total_points;
    const before = await points();
    await granted(client.rpc("approve_lesson_share", { _lesson_id: id }));
    expect(await status()).toBe("public");
    expect(await toVisitors()).toEqual([{ id }]);
    expect(await granted(visitor().from("public_lesson_library").select("id").eq("id", id))).toEqual([{ id }]);
    expect(await points()).toBe(before + 25);
  });

  test("counts how often it was used", async () => {
    await granted(service.from("lesson_usage").insert({ generated_lesson_id: id, child_id: child }));
    const rows = await granted(client.from("child_generated_lessons").select("times_used").eq("id", id));
    expect(rows).toEqual([{ times_used: 1 }]);
  });

  test("cannot be deleted while it is public", async () => {
    await keptOut(client.from("child_generated_lessons").delete().eq("id", id).select("id"));
    expect(await status()).toBe("public");
  });
});
