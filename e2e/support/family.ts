import { randomUUID } from "node:crypto";
import { as, type Client, service } from "./clients.ts";
import { expected } from "./expectations.ts";
import { granted } from "./outcomes.ts";

/** One of a parent's children who is still there. */
export async function childOf(name: "parent" | "neighbour"): Promise<string> {
  const client = await as(name);
  const rows = await granted(
    client
      .from("children")
      .select("id")
      .eq("parent_id", expected.users[name].id)
      .is("deleted_at", null)
      .order("created_at")
      .order("id")
      .limit(1),
  );
  const [child] = rows;
  if (child === undefined) throw new Error(`The ${name} sees no child of theirs`);
  return child.id;
}

/** An active lesson that the child has not begun: what a child finds under "next". */
export async function freshLesson(client: Client, childId: string): Promise<string> {
  const begun = await granted(client.from("user_progress").select("lesson_id").eq("child_id", childId));
  const taken = new Set(begun.map(({ lesson_id }) => lesson_id));
  const lessons = await granted(client.from("lessons").select("id").order("id"));
  const fresh = lessons.find(({ id }) => !taken.has(id));
  if (fresh === undefined) throw new Error("No lesson is left that the child has not begun");
  return fresh.id;
}

/** A lesson as the generator of the app writes it for a child. */
export function generatedLesson(parentId: string, childId: string): Record<string, unknown> {
  return {
    child_id: childId,
    creator_child_id: childId,
    parent_id: parentId,
    title: `How do tests work? ${randomUUID()}`,
    subject: "science",
    grade_level: 3,
    content_markdown: "# Try it",
  };
}

/** A week that no report is for: far from today, another one each time. */
export function someWeek(): string {
  const weeks = Math.floor(Math.random() * 5000);
  return new Date(Date.UTC(2101, 0, 3) + weeks * 7 * 86_400_000).toISOString().slice(0, 10);
}

/** How to write one row of each table that families own, in somebody's name. Reports are written by the back end. */
export const familyRows: Readonly<
  Record<
    string,
    {
      readonly row: (parentId: string, childId: string, lessonId: string) => Record<string, unknown>;
      readonly change: Record<string, unknown>;
      /** The back end writes it; parents never do. */
      readonly byService?: true;
    }
  >
> = {
  children: {
    row: (parent_id) => ({ parent_id, name: "Nausicaa", grade_level: 4 }),
    change: { name: "Somebody else" },
  },
  user_progress: {
    row: (_parent, child_id, lesson_id) => ({ child_id, lesson_id, status: "in_progress" }),
    change: { score: 1 },
  },
  child_generated_lessons: {
    row: (parent, child) => generatedLesson(parent, child),
    change: { title: "Taken over" },
  },
  emotion_logs: {
    row: (_parent, child_id) => ({ child_id, emotion_type: "calm", intensity: 2 }),
    change: { intensity: 5 },
  },
  parent_child_messages: {
    row: (parent_id, child_id) => ({ parent_id, child_id, sender_type: "parent", message_text: "Dinner is ready" }),
    change: { message_text: "Rewritten" },
  },
  parent_weekly_reports: {
    row: (parent_id, child_id) => ({ parent_id, child_id, week_start_date: someWeek(), report_data: {} }),
    change: { report_data: { forged: true } },
    byService: true,
  },
};

/** Writes one row of a family's table in the neighbour's name, by whoever does so in the app, and gives its id. */
export async function neighboursRow(table: string): Promise<string> {
  const rule = familyRows[table];
  if (rule === undefined) throw new Error(`Nobody said how ${table} is written`);
  const neighbour = await as("neighbour");
  const child = await childOf("neighbour");
  const id = randomUUID();
  const row = { id, ...rule.row(expected.users.neighbour.id, child, await freshLesson(neighbour, child)) };
  await granted((rule.byService ? service : neighbour).from(table).insert(row));
  return id;
}
