import { z } from "zod";

/** What one complete pass of our own pipeline took: seconds and bytes. */
export const ownRunSchema = z.strictObject({
  /** Dump, census and manifest. */
  backup: z.number(),
  /** How long the source held a snapshot open. */
  snapshot: z.number(),
  /** Into the vault. */
  save: z.number(),
  /** Found in the vault and fetched. */
  fetch: z.number(),
  /** Every file of the fetched backup compared with its digest. */
  digests: z.number(),
  /** The throwaway server started. */
  prepare: z.number(),
  restore: z.number(),
  /** The copy's census. */
  census: z.number(),
  /** All checks; amcheck looks as deep as every night. */
  checks: z.number(),
  /** From the start of the process to its end. */
  wall: z.number(),
  /** Node's largest resident set, without its child processes. */
  memory: z.number(),
  /** The most that lay on this machine's disk besides source and vault. */
  disk: z.number(),
  /** Ids of the checks that did not pass: a pass that proves nothing is no measurement. */
  notPassed: z.array(z.string()),
  /** Every step by its title, and every check by its id. */
  steps: z.record(z.string(), z.number()),
  checkSeconds: z.record(z.string(), z.number()),
});
export type OwnRun = z.output<typeof ownRunSchema>;

/** What a pass says that met a fault which people are told about: the database's, or of what it needs. */
export const toldFaultSchema = z.strictObject({
  fault: z.strictObject({
    id: z.string(),
    kind: z.enum(["input", "surroundings", "failed", "interrupted"]),
    message: z.string(),
  }),
});
export type ToldFault = z.output<typeof toldFaultSchema>;

/** A way that is measured beside ours. */
export type Way = "bare pg_dump" | "floor" | "restic alone" | "documented way" | "defaults";

/** Why a way has no figure in some round. */
export interface Remark {
  readonly way: Way;
  readonly why: string;
}

/** What one round of everybody took, in seconds; null where a way could not be gone. */
export interface Round {
  readonly own: OwnRun;
  /** Snapshot seconds of a backup with a light census. */
  readonly light: number | null;
  /** A bare `pg_dump -j2`. */
  readonly bareDump: number | null;
  /** Three plain dumps, gzip, age, and all of it back by psql, with counts. */
  readonly documented: number | null;
  /** `pg_dump -Fc` and `pg_restore` with defaults into an untuned server. */
  readonly defaults: number | null;
  /** `pg_dump -Fd -j2` and `pg_restore -j2` into the tuned throwaway. */
  readonly floor: number | null;
  /** One `restic backup` and one `restic restore` of that dump. */
  readonly vaultFloor: number | null;
}

/** All rounds over one data set of one size. */
export interface BenchRun {
  readonly data: string;
  /** 1, 4 or 16. */
  readonly size: number;
  readonly databaseBytes: number;
  readonly manyTables: boolean;
  readonly rounds: readonly Round[];
  readonly remarks: readonly Remark[];
}

/** What a second backup added to the vault, as a share of the first. */
export interface SecondBackup {
  readonly stretch: number;
  readonly scattered: number;
}

/** One promise and what was measured. */
export interface TargetRow {
  readonly name: string;
  readonly target: string;
  readonly measured: string;
  /** null where this run could not measure it: that is no pass. `reported`: nothing was promised. */
  readonly pass: boolean | "reported" | null;
}

export interface BenchOptions {
  /** Also sixteen times the data. */
  readonly full?: boolean;
  /** Only the data sets whose name holds this text. */
  readonly only?: string;
  /** Rounds over each data set of each size; three unless told otherwise. */
  readonly rounds?: number;
  /** Seconds after which no further round over a data set of one size begins; 15 unless told otherwise. */
  readonly budget?: number;
  readonly plan: string;
  /** Measure the database of ITHACA_SOURCE_URL, as it is, and none of the data sets. */
  readonly source?: boolean;
}

export interface BenchResult {
  readonly targets: readonly TargetRow[];
  readonly runs: readonly BenchRun[];
  /** Whether it was stopped before its end: then what it had measured by then is here. */
  readonly stopped: boolean;
  /** The machine's load over a minute, at the start and at the end: above the number of cores, times are noise. */
  readonly load: { readonly before: number; readonly after: number };
}

const target = z.object({
  host: z.string(),
  port: z.number(),
  database: z.string(),
  user: z.string(),
  password: z.string().exactOptional(),
  sslmode: z.enum(["disable", "prefer", "require", "verify-ca", "verify-full"]),
  sslrootcert: z.string().exactOptional(),
});

/** What a process of our own pipeline is told on its standard input. */
export const ownOrderSchema = z.strictObject({
  source: target,
  /** A file with the plan, or null for a plan that says nothing. */
  plan: z.string().nullable(),
  light: z.boolean(),
  scratch: z.string(),
  /** Null: only the backup is taken. */
  vault: z.strictObject({ directory: z.string(), password: z.string() }).nullable(),
});
export type OwnOrder = z.output<typeof ownOrderSchema>;
