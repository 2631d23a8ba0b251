import { run } from "../base/child-process.ts";
import { IthacaError, messageOf } from "../base/errors.ts";
import { redact } from "../base/redact.ts";
import { findServer } from "./clients.ts";
import { type ClusterSite, openSite, throwawayOf } from "./cluster-site.ts";
import { reasonIn } from "./cluster-start.ts";
import { postgresErrors } from "./errors.ts";
import type { Throwaway } from "./types.ts";

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

/**
 * Starts a private PostgreSQL server from this machine's own binaries. It listens on a unix socket only, sees an
 * allowlisted environment, runs as another OS user where we are root and without network where the system permits it,
 * dies with this process however that ends, and leaves nothing behind.
 *
 * @throws postgres.binaries_missing, postgres.server_missing, postgres.cluster_start
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Throwaway> {
  const programs = await findServer(options.major, options.folders);
  const site = await openSite(options.superuser ?? "postgres", options.settings);
  try {
    await initialiseSite(site, programs.initdb, options);
    return throwawayOf(site, await site.start(programs.postgres, options.settings ?? {}));
  } catch (error) {
    await site.destroy();
    if (error instanceof IthacaError) throw error;
    throw postgresErrors.cluster_start({ why: redact(messageOf(error)) }, { cause: error });
  }
}

/**
 * Makes a new, empty cluster in a site.
 *
 * @throws postgres.cluster_start, with initdb's own reason
 */
export async function initialiseSite(site: ClusterSite, initdb: string, options: ClusterOptions): Promise<void> {
  const encoding = options.encoding ?? "UTF8";
  const attempt = (locale: string) => {
    const fixed = ["--auth=trust", "--no-sync", "--no-instructions", "--lc-messages=C"];
    // Little is written to a throwaway's WAL, and a small database should not have 16 MB of nothing beside it. Where it
    // is archived each file costs a call.
    const wal = options.settings?.archive_mode === undefined ? ["--wal-segsize=1"] : [];
    const named = [`--encoding=${encoding}`, `--locale=${locale}`];
    const args = ["-D", site.data, "-U", site.target.user, ...named, ...fixed, ...wal];
    const { file, args: all, env, identity } = site.launch(initdb, args);
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
