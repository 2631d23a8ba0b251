import { z } from "zod";
import type { PathFault } from "./fault.ts";
import { duration, qualifiedName } from "./fields.ts";
import { showPath } from "./harmless.ts";
import { publishedByMistake } from "./published.ts";
import { scheduleContradictions } from "./schedule-contradictions.ts";
import { sharedSecrets } from "./shared-secrets.ts";
import { valueAt } from "./value-at.ts";

/*
 * Rules that span several keys. They read the plan leniently: what the schema already refuses is passed over here, so
 * that every error of a plan is told at once, whatever else is wrong with it.
 */

const text = z.string().optional().catch(undefined);
const names = z.array(qualifiedName.or(z.undefined()).catch(undefined)).default([]).catch([]);
const number = z.int().optional().catch(undefined);
const seconds = (fallback: number) =>
  duration
    .optional()
    .catch(undefined)
    .transform((value) => value ?? fallback);
const listOf = <T extends z.ZodRawShape>(shape: T) =>
  z
    .array(z.object(shape).catch({} as never))
    .default([])
    .catch([]);

const exclusion = { schema: text, table: text, rows: text, extension: text };
const lenientDatabase = z.object({
  critical_tables: names,
  rls_tables: names,
  orphans: listOf({ table: text, references: text }),
  freshness: listOf({ table: text }),
  smoke: z.object({ table: text }).optional().catch(undefined),
  scope: z
    .object({ exclude: listOf(exclusion) })
    .default({ exclude: [] })
    .catch({ exclude: [] }),
  backup: z.object({ connections: number, jobs: number }).optional().catch(undefined),
  platform: text,
  role_views: z.object({ users: z.unknown(), app_roles: z.unknown() }).partial().optional().catch(undefined),
  exceptions: listOf({ check: text, restore_error: text }),
});
type LenientDatabase = z.output<typeof lenientDatabase>;

const lenientPlan = z.object({
  databases: z.record(z.string(), lenientDatabase.optional().catch(undefined)).default({}).catch({}),
  alerts: z
    .object({ answer_within: seconds(3600), escalate_after: seconds(7200) })
    .optional()
    .catch(undefined),
});

/** The schema part of a qualified name, unquoted. */
function schemaOf(name: string): string {
  const schema = /^("([^"]|"")+"|[^.]+)\./.exec(name)?.[1] ?? "";
  return schema.startsWith('"') ? schema.slice(1, -1).replaceAll('""', '"') : schema;
}

function exactlyOne(
  item: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  path: PropertyKey[],
): PathFault[] {
  const set = keys.filter((key) => item[key] !== undefined);
  if (set.length === 1) return [];
  const found = set.length === 0 ? "it has none" : `it has ${set.join(" and ")}`;
  return [{ path, message: `${showPath(path)} must have exactly one of ${keys.join(", ")}; ${found}` }];
}

/** Tables that the plan watches and yet leaves out of the backup: a check on them could never pass. */
function watchedButLeftOut(database: LenientDatabase, at: PropertyKey[]): PathFault[] {
  const watched: { table: string | undefined; path: PropertyKey[]; needsRows: boolean }[] = [
    ...database.critical_tables.map((table, i) => ({ table, path: [...at, "critical_tables", i], needsRows: true })),
    ...database.rls_tables.map((table, i) => ({ table, path: [...at, "rls_tables", i], needsRows: false })),
    ...database.freshness.map(({ table }, i) => ({ table, path: [...at, "freshness", i, "table"], needsRows: true })),
    ...database.orphans.flatMap(({ table, references }, i) => [
      { table, path: [...at, "orphans", i, "table"], needsRows: true },
      { table: references, path: [...at, "orphans", i, "references"], needsRows: true },
    ]),
    { table: database.smoke?.table, path: [...at, "smoke", "table"], needsRows: true },
  ];
  return watched.flatMap(({ table, path, needsRows }) => {
    if (table === undefined) return [];
    const index = database.scope.exclude.findIndex(
      (out) => out.table === table || out.schema === schemaOf(table) || (needsRows && out.rows === table),
    );
    if (index < 0) return [];
    const excluded = showPath([...at, "scope", "exclude", index]);
    return [{ path, message: `${showPath(path)} names ${table}, which ${excluded} leaves out; remove one of the two` }];
  });
}

function writtenTwice(list: readonly (string | undefined)[], path: PropertyKey[]): PathFault[] {
  return list.flatMap((name, index) =>
    name !== undefined && list.indexOf(name) < index
      ? [{ path: [...path, index], message: `${showPath([...path, index])} names ${name} a second time; remove it` }]
      : [],
  );
}

/** pg_dump opens one connection per job and one of its own; one more holds the snapshot. */
const connectionsBesideJobs = 2;

function tooManyJobs({ backup }: LenientDatabase, at: PropertyKey[]): PathFault[] {
  const { jobs = 2, connections = 6 } = backup ?? {};
  if (jobs + connectionsBesideJobs <= connections) return [];
  const path = [...at, "backup", backup?.jobs === undefined ? "connections" : "jobs"];
  const needed = `${jobs} jobs need at least ${jobs + connectionsBesideJobs} connections, and backup.connections is ${connections}`;
  return [{ path, message: `${showPath(path)}: ${needed}; change one of the two` }];
}

/** Only Supabase and what is built on it say by themselves where the users are. */
function rolesWithoutUsers({ platform, role_views: views }: LenientDatabase, at: PropertyKey[]): PathFault[] {
  const known = platform === "supabase" || platform === "lovable";
  if (known || views?.app_roles === undefined || views.users !== undefined) return [];
  const path = [...at, "role_views", "app_roles"];
  const message = `${showPath(path)} needs role_views.users beside it: the table of the users; add it`;
  return [{ path, message }];
}

/** Everything in a plan that contradicts itself; takes the plan as it was read, valid or not. */
export function contradictionsOf(plan: unknown): PathFault[] {
  const parsed = lenientPlan.safeParse(plan);
  if (!parsed.success) return [];
  const faults = Object.entries(parsed.data.databases).flatMap(([name, database]) => {
    if (database === undefined) return [];
    const at = ["databases", name];
    return [
      ...writtenTwice(database.critical_tables, [...at, "critical_tables"]),
      ...writtenTwice(database.rls_tables, [...at, "rls_tables"]),
      ...watchedButLeftOut(database, at),
      ...database.scope.exclude.flatMap((item, i) =>
        exactlyOne(item, Object.keys(exclusion), [...at, "scope", "exclude", i]),
      ),
      ...database.exceptions.flatMap((item, i) =>
        exactlyOne(item, ["check", "restore_error"], [...at, "exceptions", i]),
      ),
      ...tooManyJobs(database, at),
      ...rolesWithoutUsers(database, at),
    ];
  });
  faults.push(
    ...sharedSecrets(valueAt(plan, ["databases"])),
    ...scheduleContradictions(plan),
    ...publishedByMistake(plan),
  );
  const { alerts } = parsed.data;
  if (alerts && alerts.escalate_after < alerts.answer_within) {
    const path = ["alerts", "escalate_after"];
    faults.push({
      path,
      message: "alerts.escalate_after must not be shorter than alerts.answer_within; make it longer",
    });
  }
  return faults;
}
