import { newestLinks } from "../report/chain/folder.ts";
import { chainHead } from "../report/chain/next-links.ts";
import type { UseCaseContext } from "./context.ts";
import { reportsDirectory, type Subject } from "./subject.ts";

/** The newest link of a database's evidence chain, as it is kept outside of the reports' folder; null where there is none. */
export async function evidenceHead(
  context: UseCaseContext,
  { plan, name }: Pick<Subject, "plan" | "name">,
): Promise<{ readonly sequence: number; readonly digest: string } | null> {
  const head = chainHead(await newestLinks(reportsDirectory(context, plan), name), name);
  return head === null ? null : { sequence: head.sequence, digest: head.digest };
}
