import { dirname, join } from "node:path";
import { z } from "zod";
import { run } from "../../base/child-process.ts";
import type { ClusterSite } from "../../postgres/cluster-site.ts";
import { pgbackrestErrors } from "./errors.ts";

const count = z.string().regex(/^\d+$/);

/** Labels of pg_controldata's lines (PostgreSQL's source: `pg_controldata.c`), as LC_ALL=C writes them. */
const lines = z.object({
  "Latest checkpoint's NextXID": z.string().regex(/^\d+:\d+$/),
  "Latest checkpoint's TimeLineID": count,
  "Bytes per WAL segment": count,
  "max_connections setting": count,
  "max_worker_processes setting": count,
  "max_wal_senders setting": count,
  "max_prepared_xacts setting": count,
  "max_locks_per_xact setting": count,
});

/** What a cluster's control file says, as far as a recovery depends on it. */
export interface ControlData {
  /** The first transaction id that was not given out at the checkpoint from which recovery begins; 32 bits. */
  readonly nextXid: number;
  readonly timeline: number;
  readonly segmentBytes: number;
  /** Settings that must not be smaller than the server's own were, or the log cannot be replayed. */
  readonly atLeast: Readonly<Record<string, string>>;
}

/** Reads the control file of a cluster that is not running. */
export async function readControlData(site: ClusterSite, postgres: string): Promise<ControlData> {
  const { file, args, env, identity } = site.launch(join(dirname(postgres), "pg_controldata"), ["-D", site.data]);
  const { exitCode, stdout } = await run(file, args, { env, cwd: site.home, ...identity });
  const found = lines.safeParse(
    Object.fromEntries(
      stdout.split("\n").map((line) => [line.split(":")[0], line.slice(line.indexOf(":") + 1).trim()]),
    ),
  );
  if (exitCode !== 0 || !found.success) {
    throw pgbackrestErrors.log_unreadable({ why: `pg_controldata ended with exit code ${exitCode}` });
  }
  const value = found.data;
  return {
    nextXid: Number(value["Latest checkpoint's NextXID"].split(":")[1]),
    timeline: Number(value["Latest checkpoint's TimeLineID"]),
    segmentBytes: Number(value["Bytes per WAL segment"]),
    atLeast: {
      max_connections: value["max_connections setting"],
      max_worker_processes: value["max_worker_processes setting"],
      max_wal_senders: value["max_wal_senders setting"],
      max_prepared_transactions: value["max_prepared_xacts setting"],
      max_locks_per_transaction: value["max_locks_per_xact setting"],
    },
  };
}

/** Whether a transaction id was given out before another, on PostgreSQL's circle of 2^32. */
export function precedes(xid: number, other: number): boolean {
  return ((xid - other) | 0) < 0;
}
