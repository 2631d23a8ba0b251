import { availableParallelism } from "node:os";
import { join } from "node:path";
import { run } from "../../base/child-process.ts";
import { registerSecret } from "../../base/redact.ts";
import { pgbackrestErrors } from "./errors.ts";
import { parseInfo, type Stanza } from "./info.ts";
import { refusal } from "./refusal.ts";

/** How a segment's file is called: its name, the SHA-1 of its content, the suffix of its compression. */
const storedSegment = /\/?([0-9A-F]{24})-([0-9a-f]{40})(?:\.[a-z0-9]+)?$/;

/** Values of these options open the repository. */
const secretName = /(PASS|KEY|TOKEN|SECRET)$/;

/** How tools find an ssh agent, certificates and a proxy. */
const companions = /^(HOME|SSH_AUTH_SOCK|SSL_CERT_FILE|SSL_CERT_DIR|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY)$/;

/** Options that say where production's own cluster is: ours never goes there. */
const production =
  /^PGBACKREST_(PG\d*_.*|LOCK_PATH|LOG_.*|SPOOL_PATH|DELTA|FORCE|LINK_.*|TABLESPACE_.*|TYPE|TARGET.*|SET)$/;

export interface RepositoryOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stanza: string;
  /** A private folder for locks and spool: nothing here stands in the way of the server's own pgBackRest. */
  readonly scratch: string;
  /** Marks its processes as those of a cluster, whose end is theirs too. */
  readonly mark?: Readonly<Record<string, string>>;
}

/** A pgBackRest repository, read only: nothing that this offers changes it. */
export interface Repository {
  readonly stanza: string;
  /** What it holds. */
  info(signal?: AbortSignal): Promise<Stanza>;
  /** The names of the archive's segments, of all repositories, without what pgBackRest appends to them, in no order. */
  segments(archive: NonNullable<Stanza["archive"]>, signal?: AbortSignal): Promise<string[]>;
  /** The SHA-1 of what a segment held when it was archived; null where the archive does not have it. */
  sumOf(segment: string, archive: NonNullable<Stanza["archive"]>, signal?: AbortSignal): Promise<string | null>;
  /** Copies a backup's files into an existing directory, without any instruction how to recover. */
  restore(what: RestoreOrder): Promise<void>;
  /** Brings a segment or history file of the archive into `file`; false where the archive does not have it. */
  fetchSegment(name: string, file: string, data: string, signal?: AbortSignal): Promise<boolean>;
}

export interface RestoreOrder {
  readonly label: string;
  readonly data: string;
  /** Tablespaces go below this folder, whatever their paths were. */
  readonly tablespaces: string;
  /** The directory holds another backup of the same cluster: only what differs is copied. */
  readonly delta: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Opens the repository that PGBACKREST_* variables and the file of PGBACKREST_CONFIG describe. Secrets go from our
 * environment into pgBackRest's and nowhere else: never into a file or an argument.
 */
export function openRepository(options: RepositoryOptions): Repository {
  const { stanza, scratch } = options;
  // Newer versions refuse root, whose files another user could not read: here nothing is written but what is handed over.
  const env: Record<string, string> = { PGBACKREST_ALLOW_ROOT: "y", ...options.mark };
  for (const [name, value] of Object.entries(options.environment)) {
    if (value === undefined || production.test(name)) continue;
    if (!name.startsWith("PGBACKREST_") && !companions.test(name)) continue;
    if (name.startsWith("PGBACKREST_") && secretName.test(name)) registerSecret(value);
    env[name] = value;
  }
  const ours = [`--stanza=${stanza}`, "--log-level-file=off", "--log-level-console=off", "--log-level-stderr=error"];
  const lock = `--lock-path=${join(scratch, "lock")}`;
  /** Ends with 0, or with 1 where that is an answer. */
  const call = async (
    command: string,
    { args, names = [], oneIsNo = false }: { args: readonly string[]; names?: readonly string[]; oneIsNo?: boolean },
    signal: AbortSignal | undefined,
  ) => {
    const { exitCode, stdout, stderr } = await run("pgbackrest", [...ours, ...args, command, ...names], {
      env,
      cwd: scratch,
      ...(signal === undefined ? {} : { signal }),
    });
    signal?.throwIfAborted();
    if (exitCode === 127) throw pgbackrestErrors.missing({});
    const answered = exitCode === 0 || (oneIsNo && exitCode === 1);
    if (!answered) throw refusal(command, stderr, exitCode);
    return { exitCode, stdout };
  };
  /** What cannot be used is not asked: its silence would be taken for a fault of all. */
  let from: readonly string[] = [];
  return {
    stanza,
    async info(signal) {
      const { stdout } = await call("info", { args: [lock, "--output=json"] }, signal);
      const found = parseInfo(stdout, stanza);
      from = found.only === null ? [] : [`--repo=${found.only.repository}`];
      return found;
    },
    async segments({ folders }, signal) {
      const names: string[] = [];
      for (const { id, repository } of folders) {
        // Only whole segments: neither `.partial` nor `.backup` has a sum behind its number.
        const args = [`--repo=${repository}`, "--recurse", "--filter=/[0-9A-F]{24}-"];
        const { stdout } = await call("repo-ls", { args, names: [`archive/${stanza}/${id}`] }, signal);
        for (const line of stdout.split("\n")) names.push(...(storedSegment.exec(line)?.slice(1, 2) ?? []));
      }
      return names;
    },
    async sumOf(segment, { folders }, signal) {
      for (const { id, repository } of folders) {
        // A folder holds the segments that share the first 16 of 24 digits.
        const folder = `archive/${stanza}/${id}/${segment.slice(0, 16)}`;
        const args = [`--repo=${repository}`, `--filter=^${segment}-`];
        const { stdout } = await call("repo-ls", { args, names: [folder] }, signal);
        const sum = storedSegment.exec(stdout.trim())?.[2];
        if (sum !== undefined) return sum;
      }
      return null;
    },
    async restore({ label, data, tablespaces, delta, signal }) {
      const args = [
        lock,
        `--pg1-path=${data}`,
        `--set=${label}`,
        `--tablespace-map-all=${tablespaces}`,
        `--process-max=${Math.min(availableParallelism(), 8)}`,
        "--type=none",
        ...(delta ? ["--delta"] : []),
        ...from,
      ];
      await call("restore", { args }, signal);
    },
    async fetchSegment(name, file, data, signal) {
      const args = [lock, `--pg1-path=${data}`, "--no-archive-async", ...from];
      const { exitCode } = await call("archive-get", { args, names: [name, file], oneIsNo: true }, signal);
      return exitCode === 0;
    },
  };
}
