import { type RunResult, run } from "../base/child-process.ts";
import { type ClientTool, findClient } from "../postgres/clients.ts";
import { libpqEnvironment } from "../postgres/libpq-environment.ts";
import type { Target } from "../postgres/types.ts";

/** One of PostgreSQL's programs, found and provided with what it needs to reach a server. */
export interface Client extends AsyncDisposable {
  readonly major: number;
  readonly version: string;
  /** @param variables further environment, such as settings of the session */
  run(args: readonly string[], signal: AbortSignal, variables?: Readonly<Record<string, string>>): Promise<RunResult>;
}

/** The client for a server, which must be as new as the server. */
export function clientFor(tool: ClientTool, serverVersionNum: number) {
  return findClient(tool, Math.floor(serverVersionNum / 10_000));
}

/** Finds a program and lays out its password file, so that it can start without delay. Disposing removes the file. */
export async function prepareClient(tool: ClientTool, target: Target, serverVersionNum: number): Promise<Client> {
  const { path, major, version } = await clientFor(tool, serverVersionNum);
  const libpq = await libpqEnvironment(target);
  return {
    major,
    version,
    run: (args, signal, variables) => run(path, args, { env: { ...libpq.env, ...variables }, signal }),
    [Symbol.asyncDispose]: () => libpq[Symbol.asyncDispose](),
  };
}
