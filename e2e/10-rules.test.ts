import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { as, type Client, service } from "./support/clients.ts";
import { expected } from "./support/expectations.ts";
import { childOf } from "./support/family.ts";
import {
  badValue,
  breaksCheck,
  duplicate,
  granted,
  missingValue,
  noSuchParent,
  raised,
  refused,
} from "./support/outcomes.ts";

const { parent } = expected.users;
let client: Client;
beforeAll(async () => {
  client = await as("parent");
});

describe("Forms: what the app is told when something is not as it must be", () => {
  test("a grade that there is not", async () => {
    await refused(
      client.from("children").insert({ parent_id: parent.id, name: "Nausicaa", grade_level: 13 }),
      breaksCheck,
    );
  });

  test("a child without a name", async () => {
    await refused(client.from("children").insert({ parent_id: parent.id, grade_level: 3 }), missingValue);
  });

  test("a child without a parent", async () => {
    await refused(
      service.from("children").insert({ parent_id: randomUUID(), name: "Nobody's", grade_level: 3 }),
      noSuchParent,
    );
  });

  test("a role that there is not", async () => {
    await refused(service.from("user_roles").insert({ user_id: parent.id, role: "king" }), badValue);
  });

  test("a role that somebody has already", async () => {
    await refused(service.from("user_roles").insert({ user_id: parent.id, role: "parent" }), duplicate);
  });

  test("a reward that cannot be had", async () => {
    const call = client.rpc("redeem_reward", { _child_id: await childOf("parent"), _reward_id: randomUUID() });
    await refused(call, raised);
  });

  test("a table that there is not", async () => {
    const { error } = await client.from(`no_table_${randomUUID().slice(0, 8)}`).select("*");
    expect(error).not.toBeNull();
  });
});

describe("Rewards", () => {
  test("a child redeems a reward, and pays for it", async () => {
    const child = await childOf("parent");
    const reward = { id: randomUUID(), parent_id: parent.id, name: "Stay up late", points_cost: 1 };
    await granted(client.from("rewards").insert(reward));
    await granted(service.from("children").update({ total_points: 10 }).eq("id", child));
    await granted(client.rpc("redeem_reward", { _child_id: child, _reward_id: reward.id }));
    expect(await granted(client.from("children").select("total_points").eq("id", child))).toEqual([
      { total_points: 9 },
    ]);
    const rows = client.from("reward_redemptions").select("status").eq("reward_id", reward.id);
    expect(await granted(rows)).toEqual([{ status: "approved" }]);
  });
});
