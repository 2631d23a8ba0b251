import { chown } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../base/child-process.ts";
import { stopwatch } from "../base/clock.ts";
import { urlWithPassword } from "../postgres/target.ts";
import type { Target } from "../postgres/types.ts";
import type { NotCovered } from "../proof/types.ts";
import type { LocalApi } from "../supabase/local-api.ts";
import { type Confinement, findConfinement, unconfined } from "./confinement.ts";
import type { Ending } from "./judge.ts";
import { type Relay, relay } from "./relay.ts";
import { readResults } from "./results.ts";
import { clearResults, makeWorkspace, readWritten, type Workspace } from "./workspace.ts";

export interface CommandRun {
  /** For `sh -c`. */
  readonly command: string;
  /** Absolute path of the folder that it runs in, and how the plan names it. */
  readonly directory: string;
  readonly name: string;
  /** Where it writes its results, relative to the folder. */
  readonly results: string;
  readonly timeoutSeconds: number;
  readonly target: Target;
  /** Null where the database is none of Supabase's. */
  readonly api: Pick<LocalApi, "url" | "anonKey" | "serviceRoleKey"> | null;
  readonly signal?: AbortSignal;
}

const relayInside = fileURLToPath(new URL("./relay-inside.ts", import.meta.url));

/**
 * What runs inside the confinement. With a network of its own it first gets a loopback, and the API on it. The command is
 * a child, and as another user has nothing of ours; its output quotes rows and goes nowhere, so that nothing waits for a
 * pipe that a child of it holds. This shell stays: it is the first process of the namespace, which
 * ends with it, and unlike the command it cannot shake off that it must die with us.
 */
const insideScript = `
if [ -n "$ITHACA_API_SOCKET" ]; then
  ip link set lo up
  "$ITHACA_NODE" "$ITHACA_RELAY" "$ITHACA_API_PORT" "$ITHACA_API_SOCKET" "$ITHACA_READY" &
  i=0; while [ ! -e "$ITHACA_READY" ] && [ "$i" -lt 500 ]; do i=$((i + 1)); sleep 0.02; done
fi
command=$ITHACA_COMMAND
seconds=$ITHACA_SECONDS
unset ITHACA_API_SOCKET ITHACA_API_PORT ITHACA_NODE ITHACA_RELAY ITHACA_READY ITHACA_COMMAND ITHACA_SECONDS
timeout --kill-after=2 "$seconds" "$@" sh -c "$command" >/dev/null 2>&1
exit $?
`;

/**
 * Ends what the command has left running where it had no process namespace to end with: whatever bears the home that was
 * made for it.
 */
const sweepScript = `
grep -lF "HOME=$1" /proc/[0-9]*/environ 2>/dev/null | while IFS=/ read -r _ _ pid _; do kill -KILL "$pid"; done 2>/dev/null
`;

/**
 * Runs the team's own command on a copy, as far away from this run as the machine permits: see `findConfinement`. Its
 * environment holds the URL and keys of the copy's API, `DATABASE_URL` of the copy, and no secret. It is stopped, with
 * everything that it started, when its time is over.
 */
export async function runCommand(order: CommandRun): Promise<{ ending: Ending; notCovered: readonly NotCovered[] }> {
  const socket = order.target.host.startsWith("/");
  const confinement = await findConfinement(!socket);
  await using workspace = await makeWorkspace(order.directory, order.name, confinement.user);
  await clearResults(workspace, order.results);
  await using resources = new AsyncDisposableStack();
  const environment = await connections(order, confinement, workspace, resources);
  const { user } = confinement;
  const become =
    user === null
      ? []
      : ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups", "--no-new-privs", "--"];
  const [file = "sh", ...args] = [...confinement.prefix, "sh", "-c", insideScript, "sh", ...become];
  const seconds = stopwatch();
  const { exitCode } = await run(file, args, {
    cwd: workspace.directory,
    env: {
      HOME: workspace.home,
      TMPDIR: workspace.temporary,
      CI: "true",
      PLAYWRIGHT_JUNIT_OUTPUT_NAME: order.results,
      ...(process.env.PLAYWRIGHT_BROWSERS_PATH === undefined
        ? {}
        : { PLAYWRIGHT_BROWSERS_PATH: process.env.PLAYWRIGHT_BROWSERS_PATH }),
      ...environment,
      ITHACA_COMMAND: order.command,
      ITHACA_SECONDS: String(order.timeoutSeconds),
    },
    // Only if the one inside does not do its work.
    timeout: (order.timeoutSeconds + 15) * 1000,
    ...(order.signal === undefined ? {} : { signal: order.signal }),
  });
  if (!confinement.ownProcesses) await run("sh", ["-c", sweepScript, "sh", workspace.home], { cwd: "/" });
  order.signal?.throwIfAborted();
  const took = seconds();
  const tests = readResults(await readWritten(workspace, order.results));
  // One that has to be killed ends with the signal's number instead of 124.
  const code = exitCode === 0 || took < order.timeoutSeconds ? exitCode : 124;
  return { ending: { what: "command", exitCode: code, seconds: took, tests }, notCovered: unconfined(confinement) };
}

/** Makes the copy and its API reachable for the command, and says how. */
async function connections(
  { target, api }: CommandRun,
  { user, networkless }: Confinement,
  { sockets, temporary }: Workspace,
  resources: AsyncDisposableStack,
): Promise<Record<string, string>> {
  const hand = async (path: string, to: Parameters<typeof relay>[1]): Promise<Relay> => {
    const made = resources.use(await relay(path, to));
    if (user !== null) await chown(path, user.uid, user.gid);
    return made;
  };
  const environment: Record<string, string> = {};
  if (target.host.startsWith("/")) {
    // The server's own socket is closed to other users; this one is the command's.
    await hand(join(sockets, ".s.PGSQL.5432"), { path: join(target.host, `.s.PGSQL.${target.port}`) });
    environment.DATABASE_URL = urlWithPassword({ ...target, host: sockets, port: 5432 });
  } else {
    environment.DATABASE_URL = urlWithPassword(target);
  }
  if (api === null) return environment;
  environment.SUPABASE_URL = api.url;
  environment.SUPABASE_ANON_KEY = api.anonKey;
  environment.SUPABASE_SERVICE_ROLE_KEY = api.serviceRoleKey;
  if (!networkless) return environment;
  const port = Number(new URL(api.url).port);
  const path = join(sockets, "api");
  await hand(path, { host: "127.0.0.1", port });
  return {
    ...environment,
    ITHACA_API_SOCKET: path,
    ITHACA_API_PORT: String(port),
    ITHACA_NODE: process.execPath,
    ITHACA_RELAY: relayInside,
    ITHACA_READY: join(temporary, "ready"),
  };
}
