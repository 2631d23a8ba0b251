import { randomBytes } from "node:crypto";
import { dayLength } from "../../../base/calendar.ts";
import { connect } from "../../../postgres/connect.ts";
import { describeTraces, massChanges } from "../../../recovery/disaster/anomalies.ts";
import { busyHours, changesByHour } from "../../../recovery/disaster/changes-by-hour.ts";
import type { StepAction } from "../../../recovery/disaster/drive-steps.ts";
import { disasterErrors } from "../../../recovery/disaster/errors.ts";
import { auditSecurity } from "../../../recovery/disaster/security-audit.ts";
import { recoverySql } from "../../../recovery/sql.ts";
import { listSecrets, setSecrets } from "../../../supabase/management/keys.ts";
import type { PlatformAccess } from "../../../supabase/management/settings.ts";
import { makeKeys, newKeys, revokeKeys } from "../platform-keys.ts";
import { rotateSecrets } from "../rotate-secrets.ts";
import { signEverybodyOut } from "../sign-out.ts";
import { byHand, done, hookStep } from "../site.ts";
import { ownProject } from "./platform.ts";
import type { Stage } from "./stage.ts";

const attackSql = recoverySql("disaster/rehearsed-attack");
const deletionSql = recoverySql("disaster/rehearsed-deletion");
const updateSql = recoverySql("disaster/rehearsed-mass-update");

/** What the rehearsed attack has done, so that its finding can be judged. */
interface Attack {
  readonly planted: readonly { readonly kind: string; readonly object: string }[];
  /** The table whose rows vanished, and the one whose rows were changed, how many, and in which hour. */
  readonly emptied: string;
  readonly changed: { readonly table: string; readonly rows: number; readonly hour: string } | null;
}

/** Hours before now in which the rehearsed attacker has changed rows. */
const hoursAgo = 3;

async function attack({ site, production }: Stage): Promise<Attack> {
  await using session = await connect(production.target, { readOnly: false, applicationName: "ithaca rehearsal" });
  await session.query(attackSql);
  const planted = await session.query<{ kind: string; object: string }>("SELECT kind, object FROM pg_temp.planted");
  const [victim] = await session.query<{ table: string }>(deletionSql);
  const emptied = victim?.table ?? "";
  const [second] = await session.query<{ table: string; column: string }>(updateSql, [emptied]);
  const at = new Date(site.context.clock.now().getTime() - hoursAgo * 3_600_000).toISOString();
  await session.query("BEGIN; SET LOCAL session_replication_role = replica");
  if (victim !== undefined) await session.query(`DELETE FROM ${victim.table}`);
  const hour = `${at.slice(0, 13)}:00:00Z`;
  if (second === undefined) {
    await session.query("COMMIT");
    return { planted, emptied, changed: null };
  }
  const rows = await session.query(`UPDATE ${second.table} SET ${second.column} = $1 RETURNING 1`, [at]);
  await session.query("COMMIT");
  return { planted, emptied, changed: { table: second.table, rows: rows.length, hour } };
}

/** Scenario B on throwaways: a made-up attack is found, undone, and shut out. */
export function rehearseRansomware(stage: Stage): Record<string, StepAction> {
  const { site, production, stack } = stage;
  const { context } = site;
  const startedAt = context.clock.now();
  let project: Promise<PlatformAccess & { readonly own: string }> | undefined;
  const onProject = () => {
    project ??= ownProject(site, stack);
    return project;
  };
  let attacked: Attack = { planted: [], emptied: "", changed: null };
  let evidence = "";
  const figuresOf = async (id: string) => {
    const { taken_at, tables } = await stage.census(id);
    return { taken_at, table_rows: Object.fromEntries(Object.entries(tables).map(([name, { rows }]) => [name, rows])) };
  };
  return {
    evidence: async () => {
      attacked = await attack(stage);
      evidence = await stage.backUp(production.target);
      return done(`The attacked database is kept as ${evidence}.`);
    },
    "new-keys": async (facts) => {
      const { api, own } = await onProject();
      return await makeKeys(api, own, facts.key_suffix);
    },
    "roll-out-keys": async (facts) => {
      const { api, own } = await onProject();
      return await hookStep(site, "keys", await newKeys(api, own, facts.key_suffix ?? ""), true);
    },
    "revoke-keys": async (facts) => {
      const { api, own } = await onProject();
      return await revokeKeys(api, own, facts.key_suffix ?? "", context);
    },
    "database-password": async () => byHand("A throwaway has no password to change."),
    when: async () => {
      const lost = massChanges([await figuresOf(production.newest), await figuresOf(evidence)]);
      const since = new Date(startedAt.getTime() - 7 * dayLength).toISOString();
      const busy = busyHours((await changesByHour(production.target, since, context.signal)).hours);
      const { changed, emptied } = attacked;
      if (!lost.some(({ table }) => table === emptied)) {
        throw disasterErrors.not_dated({ missed: `the rows that vanished from ${emptied}` });
      }
      const seen = busy.filter(({ table, hour }) => table === changed?.table && hour === changed.hour);
      if (changed !== null && !seen.some(({ rows }) => rows === changed.rows)) {
        throw disasterErrors.not_dated({ missed: `the rows of ${changed.table} that were changed in one hour` });
      }
      return done(`Found: ${describeTraces(lost, seen).join("; ")}.`);
    },
    audit: async () => {
      const { changes } = auditSecurity(await stage.census(production.newest), await stage.census(evidence));
      const named = new Set(changes.map(({ kind, object }) => `${kind} ${object}`));
      const planted = new Set(attacked.planted.map(({ kind, object }) => `${kind} ${object}`));
      const missed = [...planted].filter((one) => !named.has(one)).join(", ");
      const surplus = [...named].filter((one) => !planted.has(one)).join(", ");
      if (missed !== "" || surplus !== "") throw disasterErrors.audit_differs({ missed, surplus });
      return done(`Exactly what was planted: ${[...planted].join("; ")}.`);
    },
    restore: () => stage.restore(),
    "sign-out": async () =>
      stage.played.subject.database.platform === "postgres"
        ? byHand("There is no auth schema of Supabase's; sign everybody out in the application.")
        : await signEverybodyOut(stage.restored),
    "rotate-secrets": async () => {
      const { api, own } = await onProject();
      const names = (await listSecrets(api, own))
        .map(({ name }) => name)
        .filter((name) => !name.startsWith("SUPABASE_"));
      const fresh = [...names, "ITHACA_REHEARSED"].map(
        (name) => [name, randomBytes(18).toString("base64url")] as const,
      );
      await setSecrets(api, own, Object.fromEntries(fresh));
      return await rotateSecrets(site, { access: { api, ref: own }, since: startedAt, rehearse: true });
    },
  };
}
