import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { IthacaError } from "../base/errors.ts";
import { redact } from "../base/redact.ts";
import { connect } from "./connect.ts";
import { faultOf, isSqlstate } from "./connection-faults.ts";
import { postgresErrors } from "./errors.ts";
import type { Target } from "./types.ts";

/** How long a server that was just started is waited for. */
export interface Patience {
  /** Milliseconds until it is given up: a minute, unless it has to replay a log first. */
  readonly deadline: number;
  /** Milliseconds between two looks. */
  readonly every: number;
  readonly signal?: AbortSignal;
}

/** Classes of SQLSTATE that pass: a connection that broke, too little of something, and a server that starts or stops. */
const passing = /^(08|53|57)/;

/** Whether a server is up, and will refuse as long as it is asked: a role, a database or a library is not there. */
function letsNobodyIn({ cause }: IthacaError): boolean {
  const { code } = faultOf(cause);
  return isSqlstate(code) && !passing.test(code);
}

const usual: Patience = { deadline: 60_000, every: 20 };

/**
 * Waits until a server that was just started answers, and gives its `server_version_num`.
 *
 * @throws postgres.cluster_start, with the server's own reason where it ended
 */
export async function answers(server: ChildProcess, target: Target, patience: Patience = usual): Promise<number> {
  let stderr = "";
  server.stderr?.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-4000);
  });
  let failure: Error | undefined;
  server.on("error", (error) => {
    failure = error;
  });
  // An owner that ends without disposing must not hang: the guard ends the server then.
  server.unref();
  if (server.stderr && "unref" in server.stderr && typeof server.stderr.unref === "function") server.stderr.unref();
  const deadline = performance.now() + patience.deadline;
  while (performance.now() < deadline) {
    patience.signal?.throwIfAborted();
    if (failure !== undefined) throw failure;
    if (server.exitCode !== null || server.signalCode !== null) {
      throw postgresErrors.cluster_start({ why: reasonIn(stderr, "it ended at once") });
    }
    try {
      return await versionOf(target);
    } catch (error) {
      // Not there yet, or not ready yet. Everything else will not change by waiting.
      if (!(error instanceof IthacaError) || error.kind !== "surroundings" || letsNobodyIn(error)) throw error;
      await sleep(patience.every);
    }
  }
  throw postgresErrors.cluster_start({ why: `it did not answer within ${patience.deadline / 1000} s` });
}

/** One attempt to connect; the session must be closed before the next round. */
async function versionOf(target: Target): Promise<number> {
  await using session = await connect(target, { readOnly: true, timeout: 5_000 });
  return session.versionNum;
}

/** The line of a program's complaints that says why. */
export function reasonIn(stderr: string, otherwise: string): string {
  const lines = stderr.trim().split("\n");
  // That it is not up yet is what it told us whenever we looked.
  const own = lines.filter((line) => !/FATAL:\s+the database system is /.test(line));
  const telling = own.find((line) => /No space left|FATAL|PANIC/.test(line)) ?? lines.find((l) => /error:/i.test(l));
  const line = telling ?? lines.at(-1) ?? "";
  return redact(line.replace(/^.*?(FATAL|PANIC|ERROR|error):\s*/, "").trim()) || otherwise;
}
