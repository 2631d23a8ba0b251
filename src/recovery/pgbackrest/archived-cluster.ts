import { randomBytes } from "node:crypto";
import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
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
}

/**
 * Starts a private server whose archive_command is pgBackRest's, set up as docs/point-in-time.md says.
 *
 * @param settings server settings of its own
 */
export async function startArchivedCluster(settings: Readonly<Record<string, string>> = {}): Promise<ArchivedCluster> {
  const programs = await findServer();
  await using stack = new AsyncDisposableStack();
  const site = stack.use(await openSite("postgres"));
  await initialiseSite(site, programs.initdb, {});
  const work = join(site.home, "pgbackrest");
  const repository = join(site.home, "repository");
  const config = join(site.home, "pgbackrest.conf");
  const stanza = "rehearsal";
  const cipherPassphrase = randomBytes(24).toString("base64url");
  registerSecret(cipherPassphrase);
  const { host: socket, port, user } = site.target;
  const parts = { stanza, repository, cipherPassphrase, work, data: site.data, socket, port, user };
  for (const folder of [work, repository, join(work, "lock"), join(work, "spool")]) await mkdir(folder);
  await writeFile(config, configurationText(parts), { mode: 0o600 });
  const owner = site.isolation.user;
  if (owner !== null) {
    for (const path of [work, join(work, "lock"), join(work, "spool"), repository, config]) {
      await chown(path, owner.uid, owner.gid);
    }
  }
  const program = ["pgbackrest", `--config=${config}`, `--stanza=${stanza}`];
  await site.start(programs.postgres, {
    wal_level: "replica",
    max_wal_senders: "2",
    archive_mode: "on",
    archive_command: `${program.map(quoteShell).join(" ")} archive-push %p`,
    ...settings,
  });
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
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
