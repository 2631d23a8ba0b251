import { listRelations, type Relation } from "../../census/relations.ts";
import { type CopySession, connectForCopy } from "../../postgres/copying.ts";
import { majorOf } from "../../postgres/server-facts.ts";
import type { Target } from "../../postgres/types.ts";
import type { ArchivedTable, ForeignRestore, SqlSource } from "../../restore/foreign/types.ts";
import { comparedColumns, copyRows } from "./copy-rows.ts";
import { compareDefinitions } from "./definitions.ts";
import { inSameForm, type WantedTable } from "./same-form.ts";
import type { ArchiveEvidence, ComparedTable } from "./types.ts";

export interface GatherOptions {
  readonly restored: ForeignRestore;
  /** The loader's access to the copy. */
  readonly reader: Target;
  /** Where rows can be read again. */
  readonly sources: readonly SqlSource[];
  /** The major of the server that was dumped; null where nothing says it. */
  readonly archiveMajor: number | null;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
}

const key = (schema: string, name: string) => JSON.stringify([schema, name]);

async function compareTables(session: CopySession, relations: readonly Relation[], options: GatherOptions) {
  const byName = new Map(relations.map((relation) => [key(relation.schema, relation.name), relation]));
  const compared: ComparedTable[] = [];
  const again: (WantedTable & { readonly actual: { rows: number; sum: string } })[] = [];
  for (const archived of options.restored.content.tables) {
    const relation = byName.get(key(archived.schema, archived.name));
    if (relation === undefined || !"rpf".includes(relation.kind)) {
      compared.push({ name: nameOf(archived), archived, expected: { rows: archived.rows, sum: "" }, actual: null });
      continue;
    }
    options.note(relation.qualified);
    const columns = await comparedColumns(session, relation, archived);
    const actual = await copyRows(session, relation, columns);
    if (archived.form === "copy" && (archived.sum === actual.sum || archived.rows !== actual.rows)) {
      const expected = { rows: archived.rows, sum: archived.sum ?? "" };
      compared.push({ name: relation.qualified, archived, expected, actual });
    } else again.push({ archived, relation, columns, actual });
  }
  if (again.length === 0) return compared;
  const sums = await inSameForm(options.reader, options.sources, again);
  for (const [index, { archived, relation, actual }] of again.entries()) {
    const expected = sums[index] ?? { rows: archived.rows, sum: "unreadable" };
    compared.push({ name: relation.qualified, archived, expected, actual });
  }
  return compared;
}

const nameOf = ({ schema, name }: ArchivedTable) => `${schema}.${name}`;

/** Tables that the archive has no rows for; a partition counts with its root. */
async function readWithoutRows(session: CopySession, relations: readonly Relation[], restored: ForeignRestore) {
  const withRows = new Set(restored.content.tables.map(({ schema, name }) => key(schema, name)));
  const roots = new Set(relations.filter((r) => withRows.has(key(r.schema, r.name))).map(({ oid }) => oid));
  const found: { name: string; rows: number }[] = [];
  for (const relation of relations) {
    if (relation.kind !== "r" || relation.extension !== null || roots.has(relation.oid) || roots.has(relation.root))
      continue;
    if (restored.standIns.schemas.includes(relation.schema)) continue;
    const [row] = await session.query<{ rows: string }>(
      `SELECT count(*)::text AS rows FROM ONLY ${relation.qualified}`,
    );
    found.push({ name: relation.qualified, rows: Number(row?.rows ?? 0) });
  }
  return found;
}

async function readSequences(session: CopySession, restored: ForeignRestore) {
  const compared: { name: string; expected: string; actual: string }[] = [];
  const say = (value: string, called: boolean) => `${value}${called ? "" : ", not yet called"}`;
  for (const { name, lastValue, isCalled } of restored.content.sequences) {
    const expected = say(lastValue, isCalled);
    // The name comes from the archive: it is looked up, never put into a statement.
    const [found] = await session.query<{ qualified: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS qualified FROM pg_catalog.pg_class c
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = pg_catalog.to_regclass($1) AND c.relkind = 'S'`,
      [name],
    );
    const [state] =
      found === undefined
        ? []
        : await session.query<{ value: string; called: boolean }>(
            `SELECT last_value::text AS value, is_called AS called FROM ${found.qualified}`,
          );
    compared.push({ name, expected, actual: state === undefined ? "missing" : say(state.value, state.called) });
  }
  return compared;
}

async function readLargeObjects(session: CopySession): Promise<Map<string, string>> {
  const rows = await session.query<{ oid: string; hash: string }>(
    `SELECT oid::text AS oid, encode(sha256(lo_get(oid)), 'hex') AS hash FROM pg_catalog.pg_largeobject_metadata`,
  );
  return new Map(rows.map(({ oid, hash }) => [oid, hash]));
}

/** Reads the copy for the checks, as the loader: nothing that the archive brought runs as a superuser. */
export async function gatherEvidence(
  options: GatherOptions,
  about: Pick<ArchiveEvidence, "promised" | "digest" | "files">,
): Promise<ArchiveEvidence> {
  const { restored, reader, signal, archiveMajor } = options;
  await using session = await connectForCopy(reader, { readOnly: true, applicationName: "ithaca proof" });
  const relations = await listRelations(session);
  const { versionNum } = session;
  const sameMajor = archiveMajor === majorOf(versionNum);
  return {
    ...about,
    restored,
    tables: await compareTables(session, relations, options),
    withoutRows: await readWithoutRows(session, relations, restored),
    definitions: await compareDefinitions({ restored, reader, versionNum, signal, sameMajor }),
    sequences: await readSequences(session, restored),
    largeObjects: await readLargeObjects(session),
  };
}
