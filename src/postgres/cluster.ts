import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { access, chown, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, scrubbedEnvironment } from "../base/child-process.ts";
import { IthacaError, messageOf } from "../base/errors.ts";
import { redact } from "../base/redact.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { findServer } from "./clients.ts";
import { findIsolation, type Isolation } from "./cluster-isolation.ts";
import { dataParent, fitsSocket, freeSpace, shortParent } from "./cluster-places.ts";
import { clusterSettings, machineSize } from "./cluster-settings.ts";
import { answers, reasonIn } from "./cluster-start.ts";
import { postgresErrors } from "./errors.ts";
import type { Target, Throwaway } from "./types.ts";

const endScript = fileURLToPath(new URL("./cluster-end.sh", import.meta.url));

export interface ClusterOptions {
  /** The major of the server that the dump comes from: the same or the next newer is started; without it the newest. */
  readonly major?: number;
  /** Where to look for the server's programs; the PATH and the packagers' folders unless told otherwise. */
  readonly folders?: readonly string[];
  /** initdb's encoding and locale, UTF8 and C.UTF-8; databases that are created from template0 may have others. */
  readonly encoding?: string;
  readonly locale?: string;
  /** The superuser's name; `postgres` unless told otherwise. */
  readonly superuser?: string;
  /**
   * Server settings that win over the ones that make restores fast. With `listen_addresses` the server keeps the
   * network, and `port` is the target's too.
   */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What the steps of a cluster's life share. */
interface Site {
  readonly data: string;
  readonly home: string;
  readonly socket: string;
  readonly isolation: Isolation;
  readonly port: number;
  readonly superuser: string;
}

/**
 * Starts a private PostgreSQL server from this machine's own binaries. It listens on a unix socket only, sees an
 * allowlisted environment, runs as another OS user where we are root and without network where the system permits it,
 * dies with this process however that ends, and leaves nothing behind.
 *
 * @throws postgres.binaries_missing, postgres.server_missing, postgres.cluster_start
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Throwaway> {
  const programs = await findServer(options.major, options.folders);
  const isolation = await findIsolation(Boolean(options.settings?.listen_addresses));
  const port = Number(options.settings?.port ?? 5432);
  const home = await scratchDirectory("cluster", await dataParent(isolation), (path) => ({
    script: readFileSync(endScript, "utf8"),
    parameters: [path],
  }));
  const socket = fitsSocket(home.path, port) ? home : await scratchDirectory("socket", shortParent);
  const site: Site = {
    data: join(home.path, "data"),
    home: home.path,
    socket: socket.path,
    isolation,
    port,
    superuser: options.superuser ?? "postgres",
  };

  let ended: Promise<boolean> | undefined;
  const destroy = () => {
    ended ??= end();
    return ended;
  };
  const end = async () => {
    const { exitCode } = await run("sh", [endScript, site.home, site.socket], { cwd: "/" });
    await home[Symbol.asyncDispose]();
    await socket[Symbol.asyncDispose]();
    return exitCode === 0 && !(await exists(site.home)) && !(await exists(site.socket));
  };

  try {
    await prepare(site);
    await initialise(site, programs.initdb, options);
    const versionNum = await start(site, programs.postgres, options.settings ?? {});
    return {
      kind: "cluster",
      target: targetOf(site),
      versionNum,
      isolation: { osUser: isolation.user?.name ?? null, networkless: isolation.networkless },
      destroy,
      async [Symbol.asyncDispose]() {
        await destroy();
      },
    };
  } catch (error) {
    await destroy();
    if (error instanceof IthacaError) throw error;
    throw postgresErrors.cluster_start({ why: redact(messageOf(error)) }, { cause: error });
  }
}

function targetOf(site: Site): Target {
  return { host: site.socket, port: site.port, database: "postgres", user: site.superuser, sslmode: "disable" };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function prepare(site: Site): Promise<void> {
  await mkdir(site.data, { mode: 0o700 });
  const { user } = site.isolation;
  if (user === null) return;
  for (const path of new Set([site.home, site.socket, site.data])) await chown(path, user.uid, user.gid);
}

/** A program of the cluster with what goes before it, and the mark by which its processes are found again. */
function launch(site: Site, program: string, args: readonly string[]) {
  const { user, prefix } = site.isolation;
  const [file = program, ...rest] = [...prefix, program, ...args];
  const identity = user !== null && prefix.length === 0 ? { uid: user.uid, gid: user.gid } : {};
  return { file, args: rest, env: { ITHACA_CLUSTER: site.home }, identity };
}

async function initialise(site: Site, initdb: string, options: ClusterOptions): Promise<void> {
  const encoding = options.encoding ?? "UTF8";
  const attempt = (locale: string) => {
    const fixed = ["--auth=trust", "--no-sync", "--no-instructions", "--lc-messages=C"];
    const args = ["-D", site.data, "-U", site.superuser, `--encoding=${encoding}`, `--locale=${locale}`, ...fixed];
    const { file, args: all, env, identity } = launch(site, initdb, args);
    return run(file, all, { cwd: site.home, env, ...identity });
  };
  const wanted = options.locale ?? "C.UTF-8";
  let result = await attempt(wanted);
  // macOS and small images have no C.UTF-8; every system has C.
  if (result.exitCode !== 0 && /locale|encoding/i.test(result.stderr) && options.locale === undefined) {
    result = await attempt("C");
  }
  if (result.exitCode !== 0) throw postgresErrors.cluster_start({ why: reasonIn(result.stderr, "initdb failed") });
}

/** Starts the server and waits until it answers. */
async function start(site: Site, postgres: string, settings: Readonly<Record<string, string>>): Promise<number> {
  const tuned = clusterSettings({
    ...machineSize(),
    disk: (await freeSpace(site.home)) ?? 0,
    sharedMemory: await freeSpace("/dev/shm"),
    linux: process.platform === "linux",
  });
  const flags = Object.entries({ ...tuned, ...settings }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const { file, args, env, identity } = launch(site, postgres, ["-D", site.data, "-k", site.socket, ...flags]);
  const server = spawn(file, args, {
    cwd: site.home,
    env: scrubbedEnvironment(env),
    stdio: ["ignore", "ignore", "pipe"],
    // Its own session: a Ctrl-C is for us, and we end it in our own way.
    detached: true,
    ...identity,
  });
  return answers(server, targetOf(site));
}
