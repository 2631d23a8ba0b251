import { chmod, chown, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { quoteShell } from "./quote-shell.ts";

const getScript = new URL("./relay-get.sh", import.meta.url);

/** Segments and history files: the only names that a server may ask for. */
const archived = /^([0-9A-F]{24}|[0-9A-F]{8}\.history)$/;

/** So many delivered segments are kept, to be read again around the point where recovery stopped. */
const kept = 8;

/** Brings a file of the archive; false where the archive does not have it. */
export type Fetch = (name: string, file: string) => Promise<boolean>;

/** Hands files of the archive to a server that has neither network nor secrets. Disposing stops it. */
export interface Relay extends AsyncDisposable {
  /** For `restore_command`. */
  readonly command: string;
  /** Where delivered segments lie. */
  readonly delivered: string;
  /** Segments in the order in which they were delivered. */
  segments(): readonly string[];
  /** Brings one more, that the server has not asked for. */
  bring(name: string): Promise<boolean>;
  /** What went wrong while fetching; the server was told to give up. */
  failure(): unknown;
  /** Forgets that files were missing: the archive may have them by now. */
  forgetMissing(): Promise<void>;
}

/**
 * A restored server is hostile code until shown otherwise, and a restore_command would need the repository's secrets. So
 * the server only puts a name into a folder, and this process, which has the secrets, brings the file.
 *
 * @param folder belongs to this process; the server's OS user may pass through it
 * @param owner the server's OS user, where it is not ours
 */
export async function startRelay(
  folder: string,
  owner: { readonly uid: number; readonly gid: number } | null,
  fetch: Fetch,
): Promise<Relay> {
  const asked = join(folder, "asked");
  const delivered = join(folder, "delivered");
  await mkdir(asked, { mode: 0o700 });
  await mkdir(delivered, { mode: 0o755 });
  await chmod(delivered, 0o755);
  if (owner !== null) await chown(asked, owner.uid, owner.gid);
  // Where this program lies the server's OS user may not look.
  const get = join(folder, "get.sh");
  await writeFile(get, await readFile(getScript), { mode: 0o644 });

  const segments: string[] = [];
  let failure: unknown;
  let stopped = false;
  let busy = false;
  const mark = (name: string, as: "here" | "none" | "failed") => writeFile(join(delivered, `${name}.${as}`), "");
  const bring = async (name: string): Promise<boolean> => {
    const file = join(delivered, name);
    await rm(`${file}.here`, { force: true });
    if (!(await fetch(name, `${file}.part`))) return false;
    await chmod(`${file}.part`, 0o644);
    await rename(`${file}.part`, file);
    await mark(name, "here");
    if (name.endsWith(".history")) return true;
    const again = segments.indexOf(name);
    if (again >= 0) segments.splice(again, 1);
    segments.push(name);
    return true;
  };
  /** A server reads the log forwards: what it has behind it would only fill the disk. */
  const forget = async () => {
    for (const old of segments.splice(0, Math.max(0, segments.length - kept))) {
      await Promise.all([
        rm(join(delivered, old), { force: true }),
        rm(join(delivered, `${old}.here`), { force: true }),
      ]);
    }
  };
  const serve = async () => {
    while (!stopped) {
      const names = (await readdir(asked)).filter((name) => archived.test(name));
      busy = names.length > 0;
      for (const name of names) {
        await rm(join(asked, name), { force: true });
        try {
          if (!(await bring(name))) await mark(name, "none");
          await forget();
        } catch (error) {
          failure = error;
          await mark(name, "failed");
        }
      }
      if (names.length === 0) await sleep(15);
    }
  };
  const serving = serve().catch((error: unknown) => {
    failure ??= error;
  });
  return {
    command: ["sh", get, asked, delivered].map(quoteShell).join(" ").concat(" %f %p"),
    delivered,
    segments: () => segments,
    bring,
    failure: () => failure,
    async forgetMissing() {
      // A server asks more than once for what is missing, and is answered by the mark: such requests are still to be done.
      while (!stopped && (busy || (await readdir(asked)).some((name) => archived.test(name)))) await sleep(15);
      failure = undefined;
      const marks = (await readdir(delivered)).filter((name) => /\.(none|failed)$/.test(name));
      await Promise.all(marks.map((name) => rm(join(delivered, name), { force: true })));
    },
    async [Symbol.asyncDispose]() {
      stopped = true;
      await serving;
    },
  };
}
