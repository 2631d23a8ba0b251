import { dayLength } from "../../../base/calendar.ts";
import { spellAmount } from "../../../base/spell.ts";
import { describeTraces, firstTrace, massChanges, massWrites } from "../../../recovery/disaster/anomalies.ts";
import { busyHours, changesByHour } from "../../../recovery/disaster/changes-by-hour.ts";
import type { StepAction } from "../../../recovery/disaster/drive-steps.ts";
import { auditSecurity } from "../../../recovery/disaster/security-audit.ts";
import { listReports, recordedFigures } from "../../../report/history.ts";
import { openVault } from "../../../vault/vault.ts";
import { backup } from "../../backup.ts";
import { requireSource } from "../../subject.ts";
import { changePassword } from "../database-password.ts";
import { makeKeys, newKeys, revokeKeys } from "../platform-keys.ts";
import { rotateSecrets } from "../rotate-secrets.ts";
import { signEverybodyOut } from "../sign-out.ts";
import { apiOf, done, hookStep, type Site, waiting } from "../site.ts";
import { writtenBetweenBackups } from "../written-between.ts";
import { censusOf, restore, writing } from "./common.ts";

const noToken = "The platform's token is not set here: do it in the dashboard.";

/** How far back changes are looked at by the hour. */
const daysBack = 14;

/** Changes of an audit that are named; the rest are counted. */
const shownChanges = 500;

/** When it began: rows that vanished or were written between backups, and the hours in which many rows were changed. */
async function findBeginning(site: Site): ReturnType<StepAction> {
  const { context, subject, options, reports } = site;
  const lost = massChanges(recordedFigures((await listReports(reports, subject.name)).reports));
  const since = new Date(context.clock.now().getTime() - daysBack * dayLength).toISOString();
  const { hours, unread } = await context.progress.step("Count changes by table and hour", () =>
    changesByHour(requireSource(context, subject), since, context.signal),
  );
  const { entries } = await openVault({ ...context.environment }).list(subject.name, { signal: context.signal });
  const written = await writtenBetweenBackups(site, entries);
  const busy = busyHours(hours);
  const traces = describeTraces(lost, busy, written.rewritten);
  const first = firstTrace(lost, busy, written.rewritten);
  const before = first === null ? undefined : entries.find(({ taken_at }) => taken_at <= first);
  const said = [
    traces.length === 0
      ? "No table lost rows in a mass or was written in one, and no hour stands out"
      : `First traces: ${traces.join("; ")}`,
    ...(unread.length + written.unread.length === 0 ? [] : [`not read: ${[...unread, ...written.unread].join(", ")}`]),
    ...(before === undefined ? [] : [`the newest backup from before is ${before.id}`]),
  ].join(". ");
  if (options.backup === undefined) return waiting(`${said}. Choose a backup from before it, and add --backup <id>`);
  return done(`${said}. Chosen: ${options.backup}.`, { good: options.backup });
}

/** What was changed since the chosen backup, as far as a catalog can tell. */
async function audit(site: Site, good: string | undefined, evidence: string | undefined): ReturnType<StepAction> {
  if (good === undefined || evidence === undefined) {
    return waiting("Two backups are needed: the evidence, and --backup <id>.");
  }
  const [then, now] = [await censusOf(site, good), await censusOf(site, evidence)];
  const { changes, not_covered } = auditSecurity(then, now);
  const rows = Object.fromEntries(Object.entries(then.tables).map(([table, census]) => [table, census.rows]));
  const named = changes
    .slice(0, shownChanges)
    .map(
      ({ kind, object, attribute, change }) =>
        `${change} ${kind} ${object}${attribute === "*" ? "" : ` (${attribute})`}`,
    );
  return done(
    [
      changes.length === 0
        ? "No definition was changed."
        : `Not as in ${good}: ${spellAmount(changes.length, "definition")}.`,
      ...named,
      ...massWrites(then.writes, now.writes, rows).map(
        ({ table, written }) => `${table}: at most ${written} rows were written since, by the server's own counters`,
      ),
      ...not_covered.map(({ what, why }) => `not audited: ${what} (${why})`),
    ].join("\n"),
  );
}

/** Scenario B in earnest. @param since when it was begun: what is newer was set by us */
export function executeRansomware(site: Site, since: Date): Record<string, StepAction> {
  const { context, subject, options } = site;
  return {
    evidence: async () => {
      const report = await backup(context, { plan: options.plan, database: subject.name });
      if (report.backup === null) return waiting(`No backup could be taken: ${report.reason}`);
      return done(`The database is kept as ${report.backup.id}.`, { evidence: report.backup.id });
    },
    "new-keys": async (facts) => {
      const access = apiOf(site);
      return access === null ? waiting(noToken) : await makeKeys(access.api, access.ref, facts.key_suffix);
    },
    "roll-out-keys": async (facts) => {
      const access = apiOf(site);
      const told = access !== null && facts.key_suffix !== undefined;
      const keys = told ? await newKeys(access.api, access.ref, facts.key_suffix ?? "") : {};
      return await hookStep(site, "keys", keys, false);
    },
    "revoke-keys": async (facts) => {
      const access = apiOf(site);
      // Without the names of the new keys nobody could tell which are old, and every key would go.
      if (access === null || facts.key_suffix === undefined) return waiting(noToken);
      return await revokeKeys(access.api, access.ref, facts.key_suffix, context);
    },
    "database-password": () => changePassword(site),
    when: () => findBeginning(site),
    audit: (facts) => audit(site, facts.good ?? options.backup, facts.evidence),
    restore: async (facts) => {
      const good = facts.good ?? options.backup;
      // A platform gives nobody room for a second database beside production, nor the rights to swap the two.
      const into = subject.database.platform === "postgres" ? "side-by-side" : "in-place";
      return good === undefined ? waiting("Add --backup <id>.") : await restore(site, into, good);
    },
    "sign-out": () =>
      subject.database.platform === "postgres"
        ? Promise.resolve(waiting("Sign everybody out in the application."))
        : signEverybodyOut(writing(site)),
    "rotate-secrets": () => rotateSecrets(site, { access: apiOf(site), since, rehearse: false }),
  };
}
