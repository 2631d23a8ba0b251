import { run } from "../base/child-process.ts";

/** How a cluster's programs are started, and what that keeps them from. */
export interface Isolation {
  /** The OS user that they run as where it is not ours; null where we may not choose. */
  readonly user: { readonly name: string; readonly uid: number; readonly gid: number } | null;
  /** Whether they have no network at all. */
  readonly networkless: boolean;
  /** What goes before a program and its arguments. */
  readonly prefix: readonly string[];
}

/**
 * Finds out, by trying, how far restored code can be kept away from us on this machine.
 *
 * As root another OS user runs the server: it can read neither our files nor our environment. A network namespace
 * with nothing in it leaves unix sockets working, and an IPC namespace takes its shared memory with it when it ends. An
 * ordinary user gets both only inside a user namespace, where the system permits it; then our environment (not our
 * files) is out of reach too, because the kernel lets nobody look out of a user namespace.
 *
 * @param network the server must be reached by TCP, so it keeps the network
 */
export async function findIsolation(network = false): Promise<Isolation> {
  const user = process.getuid?.() === 0 ? await otherUser() : null;
  const become = user === null ? [] : ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups", "--"];
  const confine = ["unshare", ...(user === null ? ["--user", "--map-current-user"] : []), "--net", "--ipc", "--"];
  for (const { prefix, networkless } of [
    ...(network ? [] : [{ prefix: [...confine, ...become], networkless: true }]),
    { prefix: become, networkless: false },
  ]) {
    if (prefix.length === 0) break;
    const { exitCode } = await run(prefix[0] ?? "", [...prefix.slice(1), "true"], { timeout: 10_000, cwd: "/" });
    if (exitCode === 0) return { user, networkless, prefix };
  }
  return { user, networkless: false, prefix: [] };
}

/** A user of the system that owns little: PostgreSQL's own refuses to run as root. */
async function otherUser(): Promise<Isolation["user"]> {
  for (const name of ["postgres", "nobody"]) {
    const { stdout } = await run("id", [name]);
    const [, uid, gid] = /^uid=(\d+)\S* gid=(\d+)/.exec(stdout) ?? [];
    if (uid !== undefined && gid !== undefined) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return null;
}
