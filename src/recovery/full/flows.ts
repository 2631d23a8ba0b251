import { availableParallelism } from "node:os";
import { takeCopyCensus } from "../../census/copy-census.ts";
import type { Census, Perspective, RoleViews, Sight } from "../../census/types.ts";
import { connect } from "../../postgres/connect.ts";
import { parseQualifiedName, qualifiedName } from "../../postgres/quote.ts";
import type { Target } from "../../postgres/types.ts";
import type { StepContext, Verified } from "../types.ts";
import { type Examination, examine } from "./examine.ts";

/** Without the clock that it was asked by: to ask by that again a policy would be altered, and its table locked. */
function unclocked(sight: Sight): Sight {
  if (sight.kind !== "rows") return sight;
  const { at: _, ...rest } = sight;
  return rest;
}

function byTodaysClock(views: RoleViews): RoleViews {
  const perspectives = views.perspectives.map((one) => ({
    ...one,
    sights: Object.fromEntries(Object.entries(one.sights).map(([object, sight]) => [object, unclocked(sight)])),
  }));
  return { ...views, perspectives };
}

/** The same census, asking for counts only and altering nothing: for a look at production that must be short. */
function countedOnly(census: Census): Census {
  const unhashed = { why: "counted only, after the proof", excused: true };
  const tables = Object.entries(census.tables).map(([name, table]) => [name, { ...table, hash: null, unhashed }]);
  const { role_views } = census;
  return {
    ...census,
    samples: [],
    tables: Object.fromEntries(tables),
    ...(role_views === undefined ? {} : { role_views: byTodaysClock(role_views) }),
  };
}

/** What was asked, and what of it went wrong; where nothing was asked it says why. */
interface Asked {
  readonly expected: string;
  readonly wrong: readonly string[];
  /** Why nothing was asked; null where something was. */
  readonly nothing: string | null;
}

function judged(id: string, title: string, { expected, wrong, nothing }: Asked): Verified {
  if (nothing !== null) return { id, title, status: "passed", expected: "", actual: nothing, reason: nothing };
  const well = wrong.length === 0;
  const actual = well ? expected : wrong.slice(0, 5).join("; ");
  return { id, title, status: well ? "passed" : "failed", expected, actual, reason: "" };
}

/** The tables without which there is no application: there, readable, and not empty where they were not. */
function criticalTables(names: readonly string[], backup: Census, now: Census): Verified {
  const canonical = (name: string) => {
    const parts = parseQualifiedName(name);
    return qualifiedName(parts.schema, parts.name, Math.floor(now.server_version_num / 10_000));
  };
  const wrong = names.map(canonical).flatMap((name) => {
    const [then, rows] = [backup.tables[name]?.rows ?? 0, now.tables[name]?.rows];
    if (rows === undefined) return [`${name} is missing`];
    return rows === 0 && then > 0 ? [`${name} is empty`] : [];
  });
  return judged("flows.critical_tables", "The critical tables can be read", {
    expected: `${names.length} there, and none is emptied`,
    wrong,
    nothing: names.length === 0 ? "the plan names none" : null,
  });
}

const key = ({ role, user }: Perspective) => `${role} ${user ?? ""}`;

/** Who is let in where, whatever there is to see: rows come and go as soon as the application writes again. */
function roles(backup: Census, now: Census): Verified {
  const before = backup.role_views?.perspectives ?? [];
  const found = new Map((now.role_views?.perspectives ?? []).map((one) => [key(one), one]));
  const unsteady = backup.role_views?.unsteady ?? {};
  let asked = 0;
  const wrong: string[] = [];
  for (const perspective of before) {
    for (const [object, sight] of Object.entries(perspective.sights)) {
      const sees = found.get(key(perspective))?.sights[object];
      if (sight.kind === "unread" || object in unsteady || sees?.kind === "unread") continue;
      asked += 1;
      const was = sight.kind === "refused" ? sight.code : "let in";
      const is = sees === undefined ? "not asked" : sees.kind === "refused" ? sees.code : "let in";
      if (was !== is) wrong.push(`${perspective.role} on ${object}: ${was} then, ${is} now`);
    }
  }
  return judged("flows.roles", "Every role is let in where it was, and nowhere else", {
    expected: `${asked} answers as in the backup`,
    wrong,
    nothing: asked === 0 ? "the backup asked no role" : null,
  });
}

/**
 * The critical flows on production itself, read only, when it has just been recovered: definitions and row security as
 * in the backup, the critical tables there, every role and sampled user let in or refused as before. Nothing of it
 * alarms because the application writes again.
 */
export async function examineFlows(
  target: Target,
  parts: Pick<Examination, "recovery" | "backup" | "restored" | "made">,
  step: StepContext,
): Promise<{ checks: Verified[]; not_covered: { what: string; why: string }[] }> {
  const { backup, recovery } = parts;
  const census = await takeCopyCensus({
    target,
    scope: backup.scope,
    database: recovery.database,
    expected: countedOnly(backup.census),
    workers: availableParallelism(),
    progress: step.progress,
  });
  await using session = await connect(target, { readOnly: true, applicationName: "ithaca recovery" });
  const { checks, not_covered } = await examine({ ...parts, census, session, ask: "definitions" }, step);
  const flows = [
    criticalTables(recovery.database.critical_tables, backup.census, census),
    roles(backup.census, census),
  ];
  return { checks: [...checks, ...flows], not_covered };
}
