import { openChannels } from "../notify/channels.ts";
import { type Patience, usualPatience } from "../notify/deliver.ts";
import type { Desk } from "../notify/tell.ts";
import type { Plan } from "../plan/schema.ts";
import type { UseCaseContext } from "./context.ts";
import { ledgerOf } from "./notification-ledger.ts";
import { runFacts } from "./run-facts.ts";
import { reportsDirectory } from "./subject.ts";

/** All that it takes to tell people about one database. */
export async function deskOf(
  context: UseCaseContext,
  plan: Plan,
  database: string,
  patience: Patience = usualPatience,
): Promise<Desk> {
  return {
    reports: reportsDirectory(context, plan),
    channels: openChannels(context.environment, plan),
    ledger: await ledgerOf(context, plan, database),
    run: runFacts(context, context.clock.now()),
    now: () => context.clock.now(),
    patience,
    signal: context.signal,
  };
}
