import { beforeAll, describe, expect, test } from "vitest";
import { as, type Client, service } from "./support/clients.ts";
import { expected } from "./support/expectations.ts";
import { counted, denied, granted, refused } from "./support/outcomes.ts";

const all = { count: "exact", head: true } as const;
let admin: Client;
beforeAll(async () => {
  admin = await as("admin");
});

describe("Administration", () => {
  test("an admin sees the roles of all users", async () => {
    expect(await counted(admin.from("user_roles").select("*", all))).toBe(
      await counted(service.from("user_roles").select("*", all)),
    );
  });

  test("an admin reads the errors that were reported", async () => {
    expect(await counted(admin.from("error_logs").select("*", all))).toBe(
      await counted(service.from("error_logs").select("*", all)),
    );
  });

  test("an admin reads the access log, and parents do not", async () => {
    expect(await granted(admin.from("security_access_log").select("id").limit(1))).toHaveLength(1);
    expect(await granted((await as("parent")).from("security_access_log").select("id").limit(1))).toEqual([]);
  });

  test("an admin sees no children without having asked for it", async () => {
    expect(
      await granted(admin.from("children").select("id").neq("parent_id", expected.users.admin.id).limit(1)),
    ).toEqual([]);
  });

  test("an admin may ask for it, and parents may not", async () => {
    await granted(admin.rpc("set_admin_access", { _on: true }));
    await refused((await as("parent")).rpc("set_admin_access", { _on: true }), denied);
  });

  test("an admin corrects a lesson", async () => {
    const [lesson] = await granted(admin.from("lessons").select("id,estimated_minutes").order("id").limit(1));
    const rows = await granted(
      admin.from("lessons").update({ estimated_minutes: lesson?.estimated_minutes }).eq("id", lesson?.id).select("id"),
    );
    expect(rows).toHaveLength(1);
  });

  test("a reviewer sees the reviews, and parents do not", async () => {
    const reviewer = await as("reviewer");
    expect(await counted(reviewer.from("lesson_reviews").select("*", all))).toBe(
      await counted(service.from("lesson_reviews").select("*", all)),
    );
    expect(await granted((await as("parent")).from("lesson_reviews").select("id").limit(1))).toEqual([]);
  });
});
