import type { UseCaseContext } from "../context.ts";
import { bareSubject } from "../damages/stage.ts";
import { loadSubject, type Subject } from "../subject.ts";
import type { OwnOrder } from "./types.ts";

/** What is proved: a database of the plan, or one of which the plan says nothing; with a light census where asked for. */
export async function benchSubject(
  context: UseCaseContext,
  { plan, light }: Pick<OwnOrder, "plan" | "light">,
): Promise<Subject> {
  const subject = plan === null ? bareSubject("bench") : await loadSubject(context, { plan });
  if (!light) return subject;
  const { database } = subject;
  return { ...subject, database: { ...database, census: { ...database.census, light: true } } };
}
