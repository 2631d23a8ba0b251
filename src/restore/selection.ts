import type { ArchiveEntry } from "./archive.ts";
import { describeEntry } from "./archive.ts";
import type { Skipped } from "./types.ts";

/** What the server of the copy can and cannot do. */
export interface ServerFacts {
  readonly availableExtensions: ReadonlySet<string>;
  readonly tablespaces: ReadonlySet<string>;
}

export interface Selection {
  /** What is loaded, in the archive's order, without event triggers. */
  readonly load: readonly ArchiveEntry[];
  /** Event triggers with what hangs on them: loaded when everything else is done. */
  readonly eventTriggers: readonly ArchiveEntry[];
  readonly skipped: readonly Skipped[];
  /** The archive puts objects into tablespaces that this server lacks: they go into the default one. */
  readonly withoutTablespaces: boolean;
}

/**
 * Extensions that never come to a copy, because they would act: pg_cron runs the jobs that its table holds (and can
 * be created in the database that `cron.database_name` names only), pg_net sends the requests that wait in its queue.
 */
const actingExtensions: ReadonlyMap<string, string> = new Map([
  ["pg_cron", "it would run the source's jobs on the copy"],
  ["pg_net", "it would send the source's waiting requests from the copy"],
]);

/** The most names that a reason lists before it counts the rest. */
const namesShown = 5;

function listNames(entries: readonly ArchiveEntry[]): string {
  const names = entries.slice(0, namesShown).map(describeEntry).join(", ");
  return entries.length > namesShown ? `${names} and ${entries.length - namesShown} more` : names;
}

/** Entries that say something about another object, whose own entry may be absent. */
const attachments = new Set(["COMMENT", "ACL", "SECURITY LABEL", "TABLE DATA", "SEQUENCE SET", "DEFAULT ACL"]);

/**
 * Whether an entry belongs to an extension instead of merely using it: its comment, privileges on a member, the rows
 * of a configuration table. A member has no entry of its own, so what is said about it hangs on the extension directly.
 */
function belongsTo(entry: ArchiveEntry, extension: ArchiveEntry, tables: ReadonlySet<string>): boolean {
  if (!entry.dependencies.includes(extension.dumpId) || !attachments.has(entry.desc)) return false;
  return entry.desc !== "TABLE DATA" || !tables.has(entry.oid);
}

/** Why an extension does not come to a copy; null where it does. */
export function whyExtensionIsSkipped(name: string, server: ServerFacts): string | null {
  const acts = actingExtensions.get(name);
  if (acts !== undefined) return acts;
  return server.availableExtensions.has(name) ? null : "the throwaway server does not have it";
}

interface Exclusion {
  readonly ids: ReadonlySet<number>;
  readonly skipped: readonly Skipped[];
}

function excludeExtensions(entries: readonly ArchiveEntry[], server: ServerFacts): Exclusion {
  const tables = new Set(entries.filter((entry) => entry.desc !== "TABLE DATA").map((entry) => entry.oid));
  const ids = new Set<number>();
  const skipped: Skipped[] = [];
  for (const extension of entries.filter((entry) => entry.desc === "EXTENSION")) {
    const why = whyExtensionIsSkipped(extension.tag, server);
    if (why === null) continue;
    const belongings = entries.filter((entry) => belongsTo(entry, extension, tables));
    const users = entries.filter(
      (entry) => entry.dependencies.includes(extension.dumpId) && !belongings.includes(entry),
    );
    for (const entry of [extension, ...belongings]) ids.add(entry.dumpId);
    const left = belongings.filter((entry) => entry.desc !== "COMMENT");
    const details = [
      ...(left.length > 0 ? [`with it went ${listNames(left)}`] : []),
      ...(users.length > 0 ? [`on it depend ${listNames(users)}`] : []),
    ];
    skipped.push({
      what: `extension ${extension.tag}`,
      why: [why, ...details].join("; "),
      kind: "extension",
      object: extension.tag,
    });
  }
  return { ids, skipped };
}

function excludeSubscriptions(entries: readonly ArchiveEntry[]): Exclusion {
  const ids = new Set<number>();
  const skipped: Skipped[] = [];
  for (const subscription of entries.filter((entry) => entry.desc === "SUBSCRIPTION")) {
    ids.add(subscription.dumpId);
    for (const entry of entries) if (entry.dependencies.includes(subscription.dumpId)) ids.add(entry.dumpId);
    const why = "a copy must not connect to the publisher, and a database with a subscription cannot be dropped";
    skipped.push({
      what: `subscription ${subscription.tag}`,
      why,
      kind: "subscription",
      object: subscription.tag,
    });
  }
  return { ids, skipped };
}

function absentTablespaces(entries: readonly ArchiveEntry[], server: ServerFacts): Skipped[] {
  const names = new Set(entries.map((entry) => entry.tablespace).filter((name) => name !== null));
  return [...names]
    .filter((name) => !server.tablespaces.has(name))
    .map((name) => ({
      what: `tablespace ${name}`,
      why: "the throwaway server does not have it: what lies in a tablespace on the source lies in the default one on the copy",
      kind: "tablespace",
      object: name,
    }));
}

/** Event triggers, with their comments, labels and the extension membership that hang on them. */
function isOrHangsOnEventTrigger(entry: ArchiveEntry, eventTriggers: ReadonlySet<number>): boolean {
  return eventTriggers.has(entry.dumpId) || entry.dependencies.some((id) => eventTriggers.has(id));
}

/**
 * Decides what of an archive is loaded.
 *
 * Event triggers come last of all, on their own: pg_restore creates them among the refreshes of materialized views,
 * where one that vetoes would break the load, and one that logs would add rows that the source never had.
 */
export function selectEntries(entries: readonly ArchiveEntry[], server: ServerFacts): Selection {
  const extensions = excludeExtensions(entries, server);
  const subscriptions = excludeSubscriptions(entries);
  const tablespaces = absentTablespaces(entries, server);
  const kept = entries.filter((entry) => !extensions.ids.has(entry.dumpId) && !subscriptions.ids.has(entry.dumpId));
  const triggerIds = new Set(kept.filter((entry) => entry.desc === "EVENT TRIGGER").map((entry) => entry.dumpId));
  return {
    load: kept.filter((entry) => !isOrHangsOnEventTrigger(entry, triggerIds)),
    eventTriggers: kept.filter((entry) => isOrHangsOnEventTrigger(entry, triggerIds)),
    skipped: [...extensions.skipped, ...subscriptions.skipped, ...tablespaces],
    withoutTablespaces: tablespaces.length > 0,
  };
}
