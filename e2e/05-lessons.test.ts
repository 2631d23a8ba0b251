import { beforeAll, describe, expect, test } from "vitest";
import { as, type Client, service } from "./support/clients.ts";
import { childOf, freshLesson } from "./support/family.ts";
import { breaksCheck, counted, denied, duplicate, granted, refused } from "./support/outcomes.ts";

let client: Client;
let child: string;
beforeAll(async () => {
  client = await as("parent");
  child = await childOf("parent");
});

describe("Lessons: the catalogue", () => {
  test("shows those that are active, and no other", async () => {
    const active = await counted(
      service.from("lessons").select("*", { count: "exact", head: true }).eq("is_active", true),
    );
    expect(await counted(client.from("lessons").select("*", { count: "exact", head: true }))).toBe(active);
    expect(await granted(client.from("lessons").select("id").eq("is_active", false).limit(1))).toEqual([]);
  });

  test("is filtered by grade and subject", async () => {
    const [sample] = await granted(client.from("lessons").select("grade_level,subject").order("id").limit(1));
    const rows = await granted(
      client
        .from("lessons")
        .select("grade_level,subject")
        .eq("grade_level", sample?.grade_level)
        .eq("subject", sample?.subject),
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((row) => row.grade_level === sample?.grade_level && row.subject === sample?.subject)).toBe(true);
  });

  test("is sorted, and its pages follow one another without gap or double", async () => {
    const page = (from: number, to: number) =>
      granted(
        client
          .from("lessons")
          .select("id,points_value")
          .order("points_value", { ascending: false })
          .order("id")
          .range(from, to),
      );
    const whole = await page(0, 9);
    expect([...(await page(0, 4)), ...(await page(5, 9))]).toEqual(whole);
    const points = whole.map(({ points_value }) => Number(points_value));
    expect(points).toEqual(points.toSorted((a, b) => b - a));
  });

  test("brings a child's progress along with each lesson", async () => {
    const rows = await granted(
      client
        .from("user_progress")
        .select("status,child:children!inner(id),lesson:lessons!inner(id,title)")
        .eq("child_id", child)
        .limit(5),
    );
    for (const row of rows) expect(row).toMatchObject({ child: { id: child }, lesson: { title: expect.any(String) } });
    const embedded = await granted(client.from("lessons").select("id,user_progress(child_id)").limit(20));
    expect(embedded.every(({ user_progress }) => Array.isArray(user_progress))).toBe(true);
  });

  test("is searched by words", async () => {
    const [sample] = await granted(client.from("lessons").select("id,title").order("id").limit(1));
    const word = String(sample?.title)
      .split(" ")
      .findLast((part) => /^[a-z]{5,}$/i.test(part));
    const found = await granted(client.rpc("search_lessons", { _query: word }));
    expect(found.map((row: { id: string }) => row.id)).toContain(sample?.id);
  });

  test("is not written by parents", async () => {
    await refused(
      client.from("lessons").insert({ grade_level: 1, subject: "math", title: "Mine", content_markdown: "x" }),
      denied,
    );
  });

  test("a new lesson is put before the reviewers", async () => {
    const rows = await granted(
      service
        .from("lessons")
        .insert({ grade_level: 1, subject: "math", title: "Rehearsal", content_markdown: "x" })
        .select("id"),
    );
    const id = rows[0]?.id;
    const reviews = await granted(service.from("lesson_reviews").select("status").eq("lesson_id", id));
    await service.from("lessons").delete().eq("id", id);
    expect(reviews).toEqual([{ status: "pending" }]);
  });
});

describe("Lessons: a child's progress", () => {
  test("is kept once per lesson, however often it is sent", async () => {
    const lesson_id = await freshLesson(client, child);
    const send = (status: string, score: number | null) =>
      granted(
        client
          .from("user_progress")
          .upsert({ child_id: child, lesson_id, status, score }, { onConflict: "child_id,lesson_id" })
          .select("id,status,score"),
      );
    const [first] = await send("in_progress", null);
    const [second] = await send("completed", 88);
    expect(second).toEqual({ id: first?.id, status: "completed", score: 88 });
    await refused(
      client.from("user_progress").insert({ child_id: child, lesson_id, status: "in_progress" }),
      duplicate,
    );
  });

  test("says when it was last changed", async () => {
    const lesson_id = await freshLesson(client, child);
    const [made] = await granted(
      client.from("user_progress").insert({ child_id: child, lesson_id }).select("id,updated_at"),
    );
    const [changed] = await granted(
      client.from("user_progress").update({ status: "in_progress" }).eq("id", made?.id).select("updated_at"),
    );
    expect(Date.parse(changed?.updated_at)).toBeGreaterThan(Date.parse(made?.updated_at));
  });

  test("has scores from 0 to 100", async () => {
    const lesson_id = await freshLesson(client, child);
    await refused(client.from("user_progress").insert({ child_id: child, lesson_id, score: 101 }), breaksCheck);
  });

  test("earns points when a lesson is completed, and counts against the day's quota", async () => {
    const points = async () =>
      (await granted(client.from("children").select("total_points").eq("id", child)))[0]?.total_points;
    const quota = async () =>
      (await granted(client.rpc("can_start_lesson", { _child_id: child }))) as { remaining: number };
    const before = { points: await points(), remaining: (await quota()).remaining };
    const earned = await granted(
      client.rpc("complete_lesson", { _child_id: child, _lesson_id: await freshLesson(client, child), _score: 90 }),
    );
    expect(await points()).toBe(before.points + Number(earned));
    expect((await quota()).remaining).toBe(before.remaining - 1);
  });
});
