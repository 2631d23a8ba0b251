import type { Incident } from "../recovery/types.ts";
import type { UseCaseContext } from "./context.ts";
import type { Subject } from "./subject.ts";

/** Tells the team how a recovery ended, and gives whom it told. */
export async function announceRecovery(
  context: UseCaseContext,
  { name }: Subject,
  { id }: Incident,
): Promise<readonly string[]> {
  context.progress.warn(
    `Nobody is told by a message yet: tell the team of ${name} yourself, the page of ${id} says all.`,
  );
  return [];
}
