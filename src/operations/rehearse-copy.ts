import type { Census } from "../census/types.ts";
import type { Target } from "../postgres/types.ts";
import { rehearse } from "../rehearsal/rehearse.ts";
import type { UseCaseContext } from "./context.ts";
import type { ProofRun } from "./proof-run.ts";
import type { Subject } from "./subject.ts";

/** Runs the app's tests on a copy that was examined before, as the last thing that is done with it. */
export async function rehearseCopy(
  { clock, progress, signal }: UseCaseContext,
  run: ProofRun,
  { subject, census, target }: { readonly subject: Subject; readonly census: Census; readonly target: Target },
): Promise<void> {
  await run.phase("rehearsal", async () => {
    const { name, database, planDirectory } = subject;
    const order = { name, database, planDirectory, census, target, now: clock.now(), progress, signal };
    const { rehearsal, checks, notCovered } = await rehearse(order);
    run.rehearsal = rehearsal;
    run.checks.push(...checks);
    run.notCovered.push(...notCovered);
  });
}
