import type { Clock } from "../../base/clock.ts";
import type { Progress } from "../../base/progress.ts";
import type { DatabasePlan } from "../../plan/schema.ts";
import { type CopySession, connectForCopy } from "../../postgres/copying.ts";
import type { Target } from "../../postgres/types.ts";
import { judge, namesInRules } from "../allow.ts";
import { blankValues, knownNames } from "../blank.ts";
import { inspectTarget } from "../prepare.ts";
import { extensionFacts } from "./extensions.ts";
import { Loading } from "./load.ts";
import { dropLoader, type LoaderRole, makeLoader } from "./loader-role.ts";
import { applyArchivedRoles } from "./roles-part.ts";
import { SqlScanner } from "./sql-scanner.ts";
import { makeStandIns } from "./stand-ins.ts";
import { kindOf } from "./statement.ts";
import type { ForeignRestore, SqlSource } from "./types.ts";

/** The SQL of an archive, in the order in which it is loaded. */
export interface ForeignParts {
  readonly roles: readonly SqlSource[];
  /** Whole databases or definitions. */
  readonly definitions: readonly SqlSource[];
  readonly data: readonly SqlSource[];
  /** It is `supabase db dump`'s: what the platform keeps is not in it. */
  readonly ofSupabase: boolean;
}

export interface ForeignRestoreOptions {
  readonly parts: ForeignParts;
  /** Superuser access to an empty database that was shown to be no production. */
  readonly target: Target;
  readonly database: DatabasePlan;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const round = (seconds: number) => Math.round(seconds * 1000) / 1000;

/** The statements about roles of a roles file. Anything else in it is no role's business. */
async function readRoles(sources: readonly SqlSource[]): Promise<{ roles: string[]; others: number }> {
  const roles: string[] = [];
  let others = 0;
  for (const source of sources) {
    const scanner = new SqlScanner();
    for await (const chunk of source.bytes()) {
      for (const event of scanner.push(chunk)) {
        if (event.kind !== "statement") continue;
        const kind = kindOf(event.sql);
        if (kind === "role") roles.push(event.sql);
        else if (kind !== "setting") others += 1;
      }
    }
  }
  return { roles, others };
}

/** Names of what the archive defines, which may stay in messages. */
function namesOf(loading: Loading): Set<string> {
  const entries = loading.carrier.content.definitions.map(({ sql }) => ({
    desc: "TABLE",
    namespace: null,
    tag: "",
    owner: "",
    defn: sql,
  }));
  return knownNames(entries, namesInRules);
}

async function loadAll(admin: CopySession, role: LoaderRole, options: ForeignRestoreOptions): Promise<ForeignRestore> {
  const { parts, progress, signal } = options;
  const facts = await inspectTarget(admin);
  await using loader = await connectForCopy(role.target, { readOnly: false, applicationName: "ithaca restore" });
  const read = await readRoles(parts.roles);
  const standIns = parts.ofSupabase ? await makeStandIns(loader, parts.data) : null;
  const roles = await applyArchivedRoles(admin, read.roles, facts.self);
  return await progress.step("Load the archive", async (note) => {
    const extensions = extensionFacts(facts.availableExtensions);
    const loading = new Loading({ admin, loader, loaderName: role.name, extensions, standIns, signal, note });
    for (const source of [...parts.definitions, ...parts.data]) await loading.load(source);
    const late = await applyArchivedRoles(admin, loading.afterwards.takeRoles(), facts.self);
    const ended = loading.rows.times.last;
    await loading.afterwards.finish();
    const total = loading.rows.elapsed();
    const names = namesOf(loading);
    const blanked = [...roles.errors, ...late.errors, ...loading.carrier.errors].map(({ object, message }) => ({
      object,
      message: blankValues(message, names),
    }));
    const ledger = [...roles.refused, ...late.refused, ...blanked];
    const { content } = loading.carrier.content;
    const first = loading.rows.times.first ?? total;
    return {
      content,
      errors: judge(ledger, options.database.exceptions, options.clock.now()),
      notCovered: [
        ...roles.notCovered,
        ...late.notCovered,
        ...(read.others === 0
          ? []
          : [
              {
                what: `${read.others} statements of the roles file`,
                why: "they are not about roles, and were not carried out",
              },
            ]),
        ...loading.carrier.notCovered,
        ...aboutStandIns(standIns, content.tables),
      ],
      phases: [
        { name: "restore.pre-data", seconds: round(first) },
        { name: "restore.data", seconds: round(Math.max(0, ended - first)) },
        { name: "restore.post-data", seconds: round(Math.max(0, total - Math.max(ended, first))) },
      ],
      standIns: {
        schemas: [...(standIns?.schemas ?? [])],
        publications: standIns === null ? [] : ["supabase_realtime"],
      },
    };
  });
}

function aboutStandIns(
  standIns: { readonly tables: ReadonlySet<string> } | null,
  tables: ForeignRestore["content"]["tables"],
): { what: string; why: string }[] {
  if (standIns === null) return [];
  const held = tables.filter(({ schema, name }) => standIns.tables.has(`"${schema}"."${name}"`));
  const counts = held.map(({ schema, name, rows }) => `${schema}.${name} ${rows}`).join(", ");
  return [
    {
      what: "The definitions of the platform's schemas (auth, storage and others)",
      why: "`supabase db dump` leaves them out, so stand-ins were made for them; triggers on auth tables and policies on storage are in no such dump: keep them as migrations",
    },
    ...(held.length === 0
      ? []
      : [
          {
            what: `The form of rows in the platform's tables: ${counts}`,
            why: "they were loaded as text into stand-ins and compared; only a Supabase project can say whether its own tables take them",
          },
        ]),
  ];
}

/**
 * Loads an archive from elsewhere into an empty throwaway database, as a role that is no superuser, and keeps every
 * error in a ledger. psql is not used, so that nothing in a file is a command; each statement goes to the server alone.
 *
 * @returns what the archive was found to hold, and the role that reads the copy: `dropLoader` takes it away
 * @throws archive.cut, archive.damaged, archive.command (exit 1), archive.encoding (exit 2), restore.* as restoreBackup
 */
export async function restoreForeign(
  options: ForeignRestoreOptions,
): Promise<ForeignRestore & { readonly reader: Target }> {
  options.signal.throwIfAborted();
  await using admin = await connectForCopy(options.target, { readOnly: false, applicationName: "ithaca restore" });
  const role = await makeLoader(admin);
  try {
    return { ...(await loadAll(admin, role, options)), reader: role.target };
  } catch (error) {
    await dropLoader(admin, role.name).catch(() => {});
    throw error;
  }
}
