import { spawn } from "node:child_process";
import { chown, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run, scrubbedEnvironment } from "../base/child-process.ts";
import { guard } from "../base/guard.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { findBinary } from "./binaries.ts";
import { connect } from "./connect.ts";
import { postgresErrors } from "./errors.ts";
import type { Target, Throwaway } from "./types.ts";

/** A throwaway may lose everything at a crash, so it pays for no safety: a restore is about three times faster. */
const settings: Record<string, string> = {
  listen_addresses: "",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  autovacuum: "off",
  max_wal_size: "16GB",
  checkpoint_timeout: "1h",
  maintenance_work_mem: "512MB",
  shared_buffers: "256MB",
  max_locks_per_transaction: "1024",
  max_connections: "40",
};

async function serverUser(): Promise<{ uid: number; gid: number; name: string } | null> {
  if (process.getuid?.() !== 0) return null;
  for (const name of ["postgres", "nobody"]) {
    const { exitCode, stdout } = await run("id", ["-u", name]);
    if (exitCode !== 0) continue;
    const group = await run("id", ["-g", name]);
    return { uid: Number(stdout), gid: Number(group.stdout), name };
  }
  return null;
}

/**
 * Starts a private PostgreSQL server from this machine's own binaries. It listens on a unix socket only, dies with
 * this process, and leaves nothing behind.
 */
export async function startCluster(): Promise<Throwaway> {
  const user = await serverUser();
  const scratch = await scratchDirectory("cluster");
  const data = join(scratch.path, "data");
  const ids = user === null ? {} : { uid: user.uid, gid: user.gid };
  await mkdir(data, { mode: 0o700 });
  if (user !== null) {
    await chown(scratch.path, user.uid, user.gid);
    await chown(data, user.uid, user.gid);
  }
  const initdb = await run(
    await findBinary("initdb"),
    [
      "-D",
      data,
      "-U",
      "postgres",
      "--auth=trust",
      "--encoding=UTF8",
      "--locale=C.UTF-8",
      "--no-sync",
      "--no-instructions",
    ],
    { cwd: scratch.path, ...ids },
  );
  if (initdb.exitCode !== 0) {
    await scratch[Symbol.asyncDispose]();
    throw postgresErrors.cluster_start({ why: initdb.stderr.split("\n").at(-1) ?? "initdb failed" });
  }
  const server = spawn(
    await findBinary("postgres"),
    [
      "-D",
      data,
      "-k",
      scratch.path,
      "-c",
      "logging_collector=off",
      ...Object.entries(settings).flatMap(([k, v]) => ["-c", `${k}=${v}`]),
    ],
    { cwd: scratch.path, env: scrubbedEnvironment(), stdio: ["ignore", "ignore", "pipe"], detached: true, ...ids },
  );
  let stderr = "";
  server.stderr.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-4000);
  });
  const exited = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const cleaner = guard('kill -QUIT "$1" 2>/dev/null; sleep 0.2; rm -rf -- "$2"', [String(server.pid), scratch.path]);
  const target: Target = { host: scratch.path, port: 5432, database: "postgres", user: "postgres", sslmode: "disable" };
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) server.kill("SIGQUIT");
    await exited;
    await scratch[Symbol.asyncDispose]();
    cleaner[Symbol.dispose]();
    return true;
  };
  for (;;) {
    if (server.exitCode !== null) {
      await stop();
      throw postgresErrors.cluster_start({ why: stderr.trim().split("\n").at(-1) ?? "it ended at once" });
    }
    try {
      await using session = await connect(target, { readOnly: true });
      return {
        kind: "cluster",
        target,
        versionNum: session.versionNum,
        isolation: { osUser: user?.name ?? null, networkless: false },
        destroy: stop,
        async [Symbol.asyncDispose]() {
          await stop();
        },
      };
    } catch {
      await sleep(25);
    }
  }
}
