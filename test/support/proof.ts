import type { Manifest } from "../../src/backup/manifest.ts";
import { type Census, censusFormat, type TableCensus } from "../../src/census/types.ts";
import { type DatabasePlan, planSchema } from "../../src/plan/schema.ts";
import type { Session } from "../../src/postgres/types.ts";
import type { ProofContext } from "../../src/proof/types.ts";

/** The time of every snapshot in these tests. */
export const takenAt = "2026-11-22T02:00:00.000Z";

/** A database's part of a plan, as its YAML would say it. */
export function databasePlan(written: Record<string, unknown> = {}): DatabasePlan {
  const database = planSchema.parse({ version: 1, databases: { shop: written } }).databases.shop;
  if (database === undefined) throw new Error("the plan has no database");
  return database;
}

/** A census with nothing in it but what is given. */
export function census(parts: Partial<Census> = {}): Census {
  return {
    format: censusFormat,
    taken_at: takenAt,
    server_version_num: 150018,
    tables: {},
    sequences: {},
    large_objects: { count: 0, hash: "0:0" },
    inventory: [],
    samples: [],
    freshness: [],
    not_covered: [],
    ...parts,
  };
}

/** A table in a census. */
export function table(
  rows: number,
  hash: string | null = `${rows}:${rows}`,
  more: Partial<TableCensus> = {},
): TableCensus {
  return { rows, hash, kind: "table", seconds: 0, ...more };
}

/** The manifest of a backup. */
export const manifest: Manifest = {
  format: 1,
  id: "2026-11-22T02-00-05Z-shop-4f1c2a9b",
  database: "shop",
  taken_at: takenAt,
  started_at: takenAt,
  finished_at: takenAt,
  versions: { ithaca: "0.1.0", server: "15.18", server_num: 150018, pg_dump: "15.18" },
  server: {
    database: "shop",
    encoding: "UTF8",
    collate: "C.UTF-8",
    ctype: "C.UTF-8",
    locale_provider: "c",
    icu_locale: null,
  },
  sizes: { database_bytes: 1, dump_bytes: 1 },
  files: [{ path: "census.json", bytes: 2, sha256: "ab".repeat(32) }],
  digest: "cd".repeat(32),
  left_out: [],
  scope: { excludedSchemas: [], excludedTables: [], excludedRows: [], excludedExtensions: [] },
};

/** A session for checks that must not touch the database. */
export const noSession: Session = {
  target: { host: "nowhere.invalid", port: 5432, database: "none", user: "none", sslmode: "disable" },
  versionNum: 150018,
  backendPid: 0,
  query: () => Promise.reject(new Error("this check must not read the copy")),
  origins: () => Promise.reject(new Error("this check must not read the copy")),
  async [Symbol.asyncDispose]() {},
};

/** Everything that a check may look at: a healthy proof of an empty database, but for what is given. */
export function proofContext(parts: Partial<ProofContext> = {}): ProofContext {
  const database = parts.database ?? databasePlan();
  return {
    plan: planSchema.parse({ version: 1, databases: { shop: {} } }),
    database,
    manifest,
    expected: census(),
    copy: census(),
    session: noSession,
    restoreErrors: [],
    restoreSkipped: [],
    planDirectory: "/nonexistent",
    now: new Date("2026-11-22T10:00:00Z"),
    archiveProblems: [],
    recordedDigest: manifest.digest,
    throwaway: { kind: "cluster", isolation: { osUser: "postgres", networkless: true }, notProduction: "own-cluster" },
    measured: { rtoSeconds: 60, rpoSeconds: 3600 },
    history: [],
    examine: () => Promise.resolve(null),
    hashKey: Buffer.alloc(32, 7),
    teamChecks: [],
    ...parts,
  };
}
