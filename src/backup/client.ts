import { type RunResult, run } from "../base/child-process.ts";
import { type ClientTool, findClient } from "../postgres/clients.ts";
import { libpqEnvironment } from "../postgres/libpq-environment.ts";
import type { Target } from "../postgres/types.ts";

/** Which server one of PostgreSQL's programs is to talk to. */
export interface ClientOrder {
  readonly target: Target;
  readonly serverVersionNum: number;
  readonly signal: AbortSignal;
}

/** The client for a server, which must be as new as the server. */
export function clientFor(tool: ClientTool, serverVersionNum: number) {
  return findClient(tool, Math.floor(serverVersionNum / 10_000));
}

/** Runs one of PostgreSQL's programs. Its arguments may depend on its own major version. */
export async function runClient(
  tool: ClientTool,
  { target, serverVersionNum, signal }: ClientOrder,
  args: (clientMajor: number) => readonly string[],
): Promise<RunResult> {
  const { path, major } = await clientFor(tool, serverVersionNum);
  await using libpq = await libpqEnvironment(target);
  return await run(path, args(major), { env: libpq.env, signal });
}
