import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../base/child-process.ts";
import { registerSecret } from "../../base/redact.ts";
import { findServer } from "../../postgres/clients.ts";
import { initialiseSite } from "../../postgres/cluster.ts";
import { openSite } from "../../postgres/cluster-site.ts";
import type { Target } from "../../postgres/types.ts";
import { configurationText } from "./configuration.ts";
import { pgbackrestErrors } from "./errors.ts";
import { printable } from "./printable.ts";
import { quoteShell } from "./quote-shell.ts";

/** Milliseconds. */
const stopLimit = 60_000;
const stopTick = 50;

/** A made-up production server that archives into an encrypted repository of its own. Disposing removes both. */
export interface ArchivedCluster extends AsyncDisposable {
  readonly target: Target;
  readonly stanza: string;
  /** The variables that open its repository, as a team would set them. */
  readonly environment: Readonly<Record<string, string>>;
  /** The repository's folder. */
  readonly repository: string;
  readonly data: string;
  /** Takes a backup of the running server. */
  backUp(type: "full" | "diff" | "incr"): Promise<void>;
  /** Stops the server, takes it back where it is, and starts it: what a person does on production's own host. */
  goBack(...restoreArguments: readonly string[]): Promise<void>;
}

/** Where the repository lies, if not in a folder of the cluster's own. */
export interface Bucket {
  /** Lines of `pgbackrest.conf`. */
  readonly lines: readonly string[];
  /** A free port: a server that reaches a bucket has a network. */
  readonly port: number;
}

/**
 * Starts a private server whose archive_command is pgBackRest's, set up as docs/point-in-time.md says.
 *
 * @param settings server settings of its own
 */
export async function startArchivedCluster(
  settings: Readonly<Record<string, string>> = {},
  bucket: Bucket | null = null,
): Promise<ArchivedCluster> {
  const programs = await findServer();
  await using stack = new AsyncDisposableStack();
  const network = bucket === null ? {} : { listen_addresses: "127.0.0.1", port: String(bucket.port) };
  const site = stack.use(await openSite("postgres", network));
  await initialiseSite(site, programs.initdb, { settings: { archive_mode: "on" } });
  const work = join(site.home, "pgbackrest");
  const repository = join(site.home, "repository");
  const config = join(site.home, "pgbackrest.conf");
  const stanza = "rehearsal";
  const cipherPassphrase = randomBytes(24).toString("base64url");
  registerSecret(cipherPassphrase);
  const { host: socket, port, user } = site.target;
  const place = bucket?.lines ?? [`repo1-path=${repository}`];
  const parts = { stanza, repository: place, cipherPassphrase, work, data: site.data, socket, port, user };
  for (const folder of [work, repository, join(work, "lock"), join(work, "spool")]) await mkdir(folder);
  await writeFile(config, configurationText(parts), { mode: 0o600 });
  const owner = site.isolation.user;
  if (owner !== null) {
    for (const path of [work, join(work, "lock"), join(work, "spool"), repository, config]) {
      await chown(path, owner.uid, owner.gid);
    }
  }
  const program = ["pgbackrest", `--config=${config}`, `--stanza=${stanza}`];
  const start = () =>
    site.start(programs.postgres, {
      ...network,
      // It answers when it is promoted, and not before.
      hot_standby: "off",
      wal_level: "replica",
      max_wal_senders: "2",
      archive_mode: "on",
      archive_command: `${program.map(quoteShell).join(" ")} archive-push %p`,
      archive_timeout: "60",
      ...settings,
    });
  await start();
  const call = async (...args: readonly string[]) => {
    const { file, args: all, env, identity } = site.launch("pgbackrest", [...program.slice(1), ...args]);
    const { exitCode, stderr } = await run(file, all, { env, cwd: site.home, ...identity });
    if (exitCode === 127) throw pgbackrestErrors.missing({});
    if (exitCode !== 0) {
      throw pgbackrestErrors.refused({ command: args.at(-1) ?? "", code: exitCode, why: printable(stderr) });
    }
  };
  await call("--log-level-console=off", "stanza-create");
  const owned = stack.move();
  return {
    target: site.target,
    stanza,
    environment: {
      PGBACKREST_CONFIG: config,
    },
    repository,
    data: site.data,
    backUp: (type) => call("--log-level-console=off", `--type=${type}`, "backup"),
    async goBack(...restoreArguments) {
      await stop(site.data);
      await call("--log-level-console=off", "--delta", ...restoreArguments, "restore");
      await start();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A fast shutdown, waited for: the server removes its pid file when it has written everything. */
async function stop(data: string): Promise<void> {
  const file = join(data, "postmaster.pid");
  process.kill(Number((await readFile(file, "utf8")).split("\n")[0]), "SIGINT");
  for (let left = stopLimit; existsSync(file); left -= stopTick) {
    if (left <= 0) throw pgbackrestErrors.recovery_failed({ why: "the server did not stop" });
    await sleep(stopTick);
  }
}
