import { scratchDirectory } from "../../../base/scratch.ts";
import type { Census } from "../../../census/types.ts";
import { refuseTransactionPooler } from "../../../postgres/pooler.ts";
import { parseTarget } from "../../../postgres/target.ts";
import type { Target } from "../../../postgres/types.ts";
import type { StepAction } from "../../../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../../../recovery/disaster/errors.ts";
import { recoveryErrors } from "../../../recovery/errors.ts";
import { openVault } from "../../../vault/vault.ts";
import { vaultSource } from "../../backup-source.ts";
import { type FullMode, recoverFull } from "../../recover-full.ts";
import { type Site, waiting } from "../site.ts";

/** The database that may be written, by the credential for it. @throws recovery.no_writing_credential, postgres.transaction_pooler */
export function writing({ context, subject }: Site): Target {
  const variable = subject.database.recovery.url_secret;
  const url = context.environment[variable];
  if (url === undefined || url === "") throw recoveryErrors.no_writing_credential({ variable });
  const target = parseTarget(url, variable);
  refuseTransactionPooler(target);
  return target;
}

/** Recovers with the recovery's own command and all of its guards. @throws disaster.restore_ended */
export async function restore(
  { context, options, subject }: Site,
  into: FullMode,
  chosen?: string,
): ReturnType<StepAction> {
  const { incident } = await recoverFull(context, {
    plan: options.plan,
    database: subject.name,
    into,
    execute: true,
    confirm: subject.name,
    reason: "A disaster",
    ...(chosen === undefined ? {} : { backup: chosen }),
    ...(options.watch === undefined ? {} : { watch: options.watch, watchInterval: 1 }),
  });
  if (incident.state.outcome !== "recovered") {
    const said = incident.log.filter(({ event, says }) => event !== "done" && says !== "").map(({ says }) => says);
    throw disasterErrors.restore_ended({ incident: incident.id, why: [...new Set(said)].join(" ") });
  }
  return { state: "done", says: `Recovered; the incident is ${incident.id}.`, facts: { incident: incident.id } };
}

/** The census of a backup of the vault. */
export async function censusOf({ context, subject }: Site, id: string): Promise<Census> {
  await using scratch = await scratchDirectory("disaster");
  const vault = openVault({ ...context.environment });
  return (await vaultSource(context, vault, subject.name, id).fetch(scratch.path)).census;
}

/** A step that no tool can do. */
export const person =
  (says: string): StepAction =>
  () =>
    Promise.resolve(waiting(says));
