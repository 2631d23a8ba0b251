import { digestAudience } from "../notify/audience.ts";
import { isPending } from "../notify/ledger.ts";
import { type Desk, type Told, tell } from "../notify/tell.ts";
import { digestOf } from "../notify/watch/digest.ts";
import type { Plan } from "../plan/schema.ts";
import { listReports } from "../report/history.ts";

/** Gathers the warnings of a database into one quiet mail, where it is time for one. */
export async function tellDigest(desk: Desk, plan: Plan, database: string): Promise<Told[]> {
  const audience = digestAudience(plan);
  if (audience.mail.length === 0) return [];
  const { reports } = await listReports(desk.reports, database);
  const now = desk.now();
  const digest = digestOf(reports, { database, plan, now, ledger: desk.ledger });
  if (digest === null || !isPending(desk.ledger, digest.message.key)) return [];
  const facts = { state: "good" as const, at: now.toISOString(), about: null };
  const told = await tell(desk, digest.subject, { message: digest.message, audience, chart: null }, facts);
  return told === null ? [] : [told];
}
