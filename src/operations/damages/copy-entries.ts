import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "../../postgres/connect.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session, Target } from "../../postgres/types.ts";
import type { BackupFigures } from "../../proof/history/figures.ts";
import { fileDamages } from "./kinds/files.ts";
import { historyCases } from "./kinds/history.ts";
import { rowDamages } from "./kinds/rows.ts";
import { securityDamages } from "./kinds/security.ts";
import { stateDamages } from "./kinds/state.ts";
import { structureDamages } from "./kinds/structure.ts";
import { variants } from "./kinds/variants.ts";
import type { Stage } from "./stage.ts";
import type { CopyDamage, Entry, FileDamage, Fixture } from "./types.ts";

type Stages = (fixture: Fixture) => Promise<Stage>;

const named = (sql: string, { target }: Session) => sql.replaceAll("$db", () => quoteIdentifier(target.database));

const eventTriggers = `SELECT pg_catalog.quote_ident(evtname) AS name, CASE evtenabled WHEN 'O' THEN 'ENABLE'
    WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END AS state
  FROM pg_catalog.pg_event_trigger WHERE evtenabled <> 'D'`;

/** A published table without a key takes no UPDATE, so that nothing is published for as long as the damage takes. */
const unpublish = `CREATE TEMP TABLE published ON COMMIT DROP AS SELECT oid, pubupdate, pubdelete FROM pg_catalog.pg_publication;
  UPDATE pg_catalog.pg_publication SET pubupdate = false, pubdelete = false`;
const republish = `UPDATE pg_catalog.pg_publication AS p SET pubupdate = o.pubupdate, pubdelete = o.pubdelete
  FROM pg_temp.published AS o WHERE p.oid = o.oid`;

/** What no disk has damaged need not be examined entry by entry each time. */
const unharmedPages = { sabotage: false, examination: "light" } as const;

/** Runs SQL with triggers, event triggers and publications off: a damage does what it says, and nothing else. */
async function inflict(copy: Target, sql: string): Promise<void> {
  await using session = await connect(copy, { readOnly: false, insist: true, applicationName: "ithaca damages" });
  await session.query("BEGIN; SET LOCAL session_replication_role = replica");
  const active = sql.includes("EVENT TRIGGER")
    ? []
    : await session.query<{ name: string; state: string }>(eventTriggers);
  const publishes = !/PUBLICATION|EVENT TRIGGER/.test(sql);
  for (const { name } of active) await session.query(`ALTER EVENT TRIGGER ${name} DISABLE`);
  if (publishes) await session.query(unpublish);
  await session.query(named(sql, session));
  if (publishes) await session.query(republish);
  for (const { name, state } of active) await session.query(`ALTER EVENT TRIGGER ${name} ${state}`);
  await session.query("COMMIT");
}

function ofSql(family: string, damage: CopyDamage, stages: Stages): Entry {
  const { kind, on, sql, undo, by } = damage;
  return {
    family,
    kind,
    damaging: true,
    ...(by === undefined ? {} : { mustBy: by }),
    async run() {
      const stage = await stages(on);
      try {
        return await stage.prove((copy) => inflict(copy, sql), unharmedPages);
      } finally {
        if (undo !== undefined) {
          await using session = await connect(stage.server.target, { readOnly: false, insist: true });
          await session.query(undo);
        }
      }
    },
  };
}

/** Changes a relation's file below the server. Nobody has read it since it was copied, so no buffer holds its pages. */
async function spoil(copy: Target, { relation, harm }: FileDamage): Promise<void> {
  await using session = await connect(copy, { readOnly: false, insist: true });
  const [found] = await session.query<{ directory: string; path: string }>(
    `SELECT pg_catalog.current_setting('data_directory') AS directory, pg_catalog.pg_relation_filepath($1::regclass) AS path`,
    [relation],
  );
  if (found === undefined) throw new Error(`${relation} has no file`);
  const file = join(found.directory, found.path);
  await writeFile(file, harm(await readFile(file)));
}

const families: readonly (readonly [string, readonly CopyDamage[]])[] = [
  ["rows", rowDamages],
  ["state", stateDamages],
  ["security", securityDamages],
  ["structure", structureDamages],
];

function figuresOf({ backup: { manifest, census } }: Stage): BackupFigures {
  const counts = Object.entries(census.tables).map(([name, { rows }]) => [name, rows] as const);
  const { id, taken_at, sizes } = manifest;
  const rows = counts.reduce((sum, [, count]) => sum + count, 0);
  return { id, taken_at, size_bytes: sizes.dump_bytes, rows, table_rows: Object.fromEntries(counts) };
}

/** Every damage to a copy, and every variant of one that is sound. */
export function copyEntries(stages: Stages): Entry[] {
  return [
    ...families.flatMap(([family, damages]) => damages.map((damage) => ofSql(family, damage, stages))),
    ...fileDamages.map(
      (damage): Entry => ({
        family: "disk",
        kind: damage.kind,
        damaging: true,
        ...(damage.by === undefined ? {} : { mustBy: damage.by }),
        run: async () => (await stages(damage.on)).prove((copy) => spoil(copy, damage), { sabotage: false }),
      }),
    ),
    ...variants.map(
      ({ kind, on, statements = [], restoredWith }): Entry => ({
        family: "undamaged",
        kind,
        damaging: false,
        async run() {
          const stage = await stages(on);
          if (restoredWith !== undefined) return await stage.restoreAndProve(restoredWith);
          return await stage.prove(
            async (copy) => {
              await using session = await connect(copy, { readOnly: false, insist: true });
              for (const statement of statements) await session.query(named(statement, session));
            },
            { sabotage: true },
          );
        },
      }),
    ),
    ...historyCases.map(
      ({ kind, past, by }): Entry => ({
        family: by === undefined ? "undamaged" : "history",
        kind,
        damaging: by !== undefined,
        ...(by === undefined ? {} : { mustBy: by }),
        async run() {
          const stage = await stages("odyssey");
          return await stage.prove(async () => {}, { ...unharmedPages, history: past(figuresOf(stage)) });
        },
      }),
    ),
  ];
}
