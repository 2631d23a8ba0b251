import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { access, chown, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, scrubbedEnvironment } from "../base/child-process.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { findIsolation, type Isolation } from "./cluster-isolation.ts";
import { dataParent, fitsSocket, freeSpace, shortParent } from "./cluster-places.ts";
import { clusterSettings, machineSize } from "./cluster-settings.ts";
import { answers, type Patience } from "./cluster-start.ts";
import type { Target, Throwaway } from "./types.ts";

const endScript = fileURLToPath(new URL("./cluster-end.sh", import.meta.url));

/** A program of the cluster, ready to be run: what goes before it, and the mark by which its processes are found again. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly identity: { readonly uid?: number; readonly gid?: number };
}

/** A place where a private server lives: directories, OS user, socket. Disposing ends whatever runs in it and removes it. */
export interface ClusterSite extends AsyncDisposable {
  /** The server's data directory; empty at first. */
  readonly data: string;
  /** Its parent, which belongs to the server's OS user too. */
  readonly home: string;
  readonly isolation: Isolation;
  /** Superuser access to the database `postgres`. */
  readonly target: Target;
  launch(program: string, args: readonly string[]): Launch;
  /** Starts the server on `data` and waits until it answers; gives its `server_version_num`. */
  start(postgres: string, settings: Readonly<Record<string, string>>, patience?: Patience): Promise<number>;
  /** Ends it, removes it, looks; false where something is left. Idempotent. */
  destroy(): Promise<boolean>;
}

/**
 * Makes the place. It dies with this process however that ends: a guard ends the server then and removes the directories.
 *
 * @param settings `listen_addresses` keeps the network, `port` is the socket's too
 * @param options of each session, see `Target`
 */
export async function openSite(
  superuser: string,
  settings: Readonly<Record<string, string>> = {},
  options?: string,
): Promise<ClusterSite> {
  const isolation = await findIsolation(Boolean(settings.listen_addresses));
  const port = Number(settings.port ?? 5432);
  const home = await scratchDirectory("cluster", await dataParent(isolation), (path) => ({
    script: readFileSync(endScript, "utf8"),
    parameters: [path],
  }));
  const socket = fitsSocket(home.path, port) ? home : await scratchDirectory("socket", shortParent);
  const data = join(home.path, "data");
  const target: Target = {
    host: socket.path,
    port,
    database: "postgres",
    user: superuser,
    sslmode: "disable",
    ...(options === undefined ? {} : { options }),
  };

  const end = async () => {
    const { exitCode } = await run("sh", [endScript, home.path, socket.path], { cwd: "/" });
    await home[Symbol.asyncDispose]();
    await socket[Symbol.asyncDispose]();
    return exitCode === 0 && !(await exists(home.path)) && !(await exists(socket.path));
  };
  let ended: Promise<boolean> | undefined;
  const destroy = () => {
    ended ??= end();
    return ended;
  };
  const launch = (program: string, args: readonly string[]): Launch => {
    const { user, prefix } = isolation;
    const [file = program, ...rest] = [...prefix, program, ...args];
    const identity = user !== null && prefix.length === 0 ? { uid: user.uid, gid: user.gid } : {};
    return { file, args: rest, env: { ITHACA_CLUSTER: home.path }, identity };
  };
  const site: ClusterSite = {
    data,
    home: home.path,
    isolation,
    target,
    launch,
    start: (postgres, wanted, patience) => start(site, postgres, wanted, patience),
    destroy,
    async [Symbol.asyncDispose]() {
      await destroy();
    },
  };
  try {
    await mkdir(data, { mode: 0o700 });
    const { user } = isolation;
    if (user !== null)
      for (const path of new Set([home.path, socket.path, data])) await chown(path, user.uid, user.gid);
    return site;
  } catch (error) {
    await destroy();
    throw error;
  }
}

/** A running site as a throwaway. */
export function throwawayOf(site: ClusterSite, versionNum: number): Throwaway {
  const { target, isolation, destroy } = site;
  return {
    kind: "cluster",
    target,
    versionNum,
    isolation: { osUser: isolation.user?.name ?? null, networkless: isolation.networkless },
    destroy,
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function start(
  site: ClusterSite,
  postgres: string,
  settings: Readonly<Record<string, string>>,
  patience?: Patience,
): Promise<number> {
  const tuned = clusterSettings({ ...machineSize(), disk: (await freeSpace(site.home)) ?? 0 });
  const flags = Object.entries({ ...tuned, ...settings }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const { file, args, env, identity } = site.launch(postgres, ["-D", site.data, "-k", site.target.host, ...flags]);
  const server = spawn(file, args, {
    cwd: site.home,
    env: scrubbedEnvironment(env),
    stdio: ["ignore", "ignore", "pipe"],
    // Its own session: a Ctrl-C is for us, and we end it in our own way.
    detached: true,
    ...identity,
  });
  return answers(server, site.target, patience);
}
