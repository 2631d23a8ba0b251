import { type Manifest, scopeOf } from "../backup/manifest.ts";
import { unreadKind } from "../census/inventory.ts";
import type { Census, Scope } from "../census/types.ts";
import type { Session } from "../postgres/types.ts";
import type { ArchiveEntry } from "./archive.ts";
import { sqlstateOf } from "./outcome.ts";

/** What every new database has from template0. */
interface TemplateObject {
  readonly kind: "schema" | "extension";
  readonly name: string;
  /** Whether it is outside of what the backup looked at. */
  readonly excluded: (scope: Scope) => boolean;
  /** Whether an entry of the archive makes it, or is about something in it. */
  readonly isIn: (entry: ArchiveEntry) => boolean;
  readonly drop: string;
}

const templateObjects: readonly TemplateObject[] = [
  {
    kind: "schema",
    name: "public",
    excluded: ({ excludedSchemas }) => excludedSchemas.includes("public"),
    isIn: ({ desc, namespace, tag }) => namespace === "public" || (desc === "SCHEMA" && tag === "public"),
    drop: "DROP SCHEMA public RESTRICT",
  },
  {
    kind: "extension",
    name: "plpgsql",
    excluded: ({ excludedExtensions }) => excludedExtensions.includes("plpgsql"),
    isIn: ({ desc, tag }) => desc === "EXTENSION" && tag === "plpgsql",
    drop: "DROP EXTENSION plpgsql RESTRICT",
  },
];

const dependentObjectsStillExist = "2BP01";

/** Which of a new database's own objects the source did not have, by its census and by the archive. */
function lackedBySource(census: Census, scope: Scope, entries: readonly ArchiveEntry[]): TemplateObject[] {
  const names = new Set(census.inventory.map(({ kind, name }) => `${kind} ${name}`));
  return templateObjects.filter(({ kind, name, excluded, isIn }) => {
    // Of a kind that could not be read nobody knows what the source lacked.
    const mayBeThere = names.has(`${kind} ${name}`) || names.has(`${unreadKind} ${kind}`);
    return !mayBeThere && !excluded(scope) && !entries.some(isIn);
  });
}

/**
 * Drops schema `public` and the extension plpgsql from a copy whose source had dropped them: no archive says that they are
 * missing. Whatever uses one of them keeps it there. Only for a database that was empty before the load, when all is loaded but
 * the event triggers, which would fire.
 */
export async function dropTemplateObjects(
  session: Session,
  { census, manifest, entries }: { census: Census; manifest: Manifest; entries: readonly ArchiveEntry[] },
): Promise<void> {
  // A census that lists nothing at all says nothing about what is missing: every database has an entry of its own.
  if (census.inventory.length === 0) return;
  for (const { drop } of lackedBySource(census, scopeOf(manifest), entries)) {
    try {
      await session.query(drop);
    } catch (error) {
      if (sqlstateOf(error) !== dependentObjectsStillExist) throw error;
    }
  }
}
