import { run } from "../base/child-process.ts";
import type { NotCovered } from "../proof/types.ts";

/** How a command that nobody vouches for is kept away from this run. */
export interface Confinement {
  /** The OS user that it runs as where it is not ours. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
  /** It sees no processes but its own, and all of them end with it. */
  readonly ownProcesses: boolean;
  /** It has no network but a loopback of its own. */
  readonly networkless: boolean;
  /** What goes before the shell that runs it. */
  readonly prefix: readonly string[];
}

/** A user of the system that owns nothing, and that does not run the throwaway server either. */
const nobody = { uid: 65_534, gid: 65_534 } as const;

const ownProcesses = ["--pid", "--fork", "--kill-child=KILL", "--mount-proc"];

/**
 * Finds out, by trying, how far a command can be kept away from us on this machine. As root it becomes another OS user,
 * which may read neither our files nor our environment; with namespaces it does not even see our processes, leaves none
 * behind, and reaches no network. An ordinary user gets the namespaces only where the system permits them.
 *
 * @param network the command needs the network to reach the copy
 */
export async function findConfinement(network: boolean): Promise<Confinement> {
  const root = process.getuid?.() === 0;
  const user = root ? nobody : null;
  const namespaces = root ? ["unshare"] : ["unshare", "--user", "--map-current-user"];
  const attempts: Confinement[] = [
    ...(root && !network
      ? [{ user, ownProcesses: true, networkless: true, prefix: [...namespaces, "--net", ...ownProcesses, "--"] }]
      : []),
    { user, ownProcesses: true, networkless: false, prefix: [...namespaces, ...ownProcesses, "--"] },
  ];
  for (const attempt of attempts) {
    const [file = "", ...args] = attempt.prefix;
    const script = attempt.networkless ? "ip link set lo up" : "true";
    const { exitCode } = await run(file, [...args, "sh", "-c", script], { timeout: 10_000, cwd: "/" });
    if (exitCode === 0) return attempt;
  }
  return { user, ownProcesses: false, networkless: false, prefix: [] };
}

/** What a confinement does not keep a command from, for the report. */
export function unconfined({ user, ownProcesses: alone, networkless }: Confinement): NotCovered[] {
  const items: (NotCovered | false)[] = [
    user === null && {
      what: "secrets of this machine and the plan's rehearsal.command",
      why: alone
        ? "the command ran as the same OS user, in a process namespace of its own: it could read this user's files"
        : "the command ran as the same OS user: let it run in a job that holds no secret",
    },
    !networkless && {
      what: "the network and the plan's rehearsal.command",
      why: "the command kept the network of this machine, so it could reach more than the copy",
    },
  ];
  return items.filter((item) => item !== false);
}
