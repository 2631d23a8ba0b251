import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { as, type Client, service } from "./support/clients.ts";
import { expected } from "./support/expectations.ts";
import { childOf, someWeek } from "./support/family.ts";
import { denied, duplicate, granted, refused } from "./support/outcomes.ts";

const { parent } = expected.users;
let client: Client;
let child: string;
beforeAll(async () => {
  client = await as("parent");
  child = await childOf("parent");
});

describe("Messages between parent and child", () => {
  const ids = { parent: randomUUID(), child: randomUUID() };

  test.each(["parent", "child"] as const)("go out from the %s", async (sender_type) => {
    const message = {
      id: ids[sender_type],
      parent_id: parent.id,
      child_id: child,
      sender_type,
      message_text: `From the ${sender_type} ❤️`,
    };
    const rows = await granted(client.from("parent_child_messages").insert(message).select("message_text,read_at"));
    expect(rows).toEqual([{ message_text: message.message_text, read_at: null }]);
  });

  test("are counted as unread", async () => {
    const rows = await granted(client.from("unread_messages").select("unread").eq("child_id", child));
    expect(Number(rows[0]?.unread)).toBeGreaterThanOrEqual(2);
  });

  test("are marked as read", async () => {
    expect(await granted(client.rpc("mark_messages_read", { _ids: [ids.child] }))).toBe(1);
    const rows = await granted(client.from("parent_child_messages").select("read_at").eq("id", ids.child));
    expect(rows[0]?.read_at).not.toBeNull();
  });

  test("are marked as read one by one, too", async () => {
    const read_at = new Date().toISOString();
    const rows = await granted(
      client.from("parent_child_messages").update({ read_at }).eq("id", ids.parent).select("id"),
    );
    expect(rows).toEqual([{ id: ids.parent }]);
  });

  test("keep every character of a long text", async () => {
    const message_text = `${"Ἄνδρα μοι ἔννεπε, Μοῦσα 🌊 \"quoted\" 'and' \\ back\tslash\n".repeat(400)}end`;
    const message = { parent_id: parent.id, child_id: child, sender_type: "parent", message_text };
    const rows = await granted(client.from("parent_child_messages").insert(message).select("message_text"));
    expect(rows[0]?.message_text === message_text).toBe(true);
  });
});

describe("Feelings: the emotion log", () => {
  const id = randomUUID();

  test("takes a feeling", async () => {
    await granted(client.from("emotion_logs").insert({ id, child_id: child, emotion_type: "happy", intensity: 4 }));
  });

  test("keeps nothing of it in the clear", async () => {
    const rows = await granted(
      service.from("emotion_logs").select("emotion_type,intensity,emotion_type_encrypted").eq("id", id),
    );
    expect(rows).toMatchObject([
      { emotion_type: "[MASKED]", intensity: 0, emotion_type_encrypted: expect.any(String) },
    ]);
  });

  test("is not readable by the parent", async () => {
    expect(await granted(client.from("emotion_logs").select("id").limit(1))).toEqual([]);
  });

  test("gives a single feeling to the parent through its function, deciphered", async () => {
    expect(await granted(client.rpc("read_emotion", { _log_id: id }))).toBe("happy");
  });

  test("gives it to no other parent", async () => {
    const { data } = await (await as("neighbour")).rpc("read_emotion", { _log_id: id });
    expect(data).toBeNull();
  });
});

describe("Weekly report", () => {
  const report = { parent_id: parent.id, child_id: "", week_start_date: someWeek(), report_data: { lessons: 3 } };

  test("is written by the back end, and read by the parent", async () => {
    report.child_id = child;
    await granted(service.from("parent_weekly_reports").insert(report));
    const rows = await granted(
      client
        .from("parent_weekly_reports")
        .select("report_data")
        .eq("child_id", child)
        .eq("week_start_date", report.week_start_date),
    );
    expect(rows).toEqual([{ report_data: { lessons: 3 } }]);
  });

  test("is there once per child and week", async () => {
    await refused(service.from("parent_weekly_reports").insert(report), duplicate);
  });

  test("is not written by parents", async () => {
    await refused(client.from("parent_weekly_reports").insert({ ...report, week_start_date: someWeek() }), denied);
  });
});
