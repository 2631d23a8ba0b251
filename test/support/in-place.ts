import { afterAll, beforeAll } from "vitest";
import type { Target } from "../../src/postgres/types.ts";
import { inPlace } from "../../src/recovery/full/in-place.ts";
import type { FullRecovery } from "../../src/recovery/full/types.ts";
import type { RecoveryMethod, StepContext } from "../../src/recovery/types.ts";
import { type TestBackup, testBackup } from "./backup.ts";
import { ask } from "./database.ts";
import { type HostedServer, hostedServer } from "./hosted.ts";
import { fullRecovery } from "./recovery.ts";

/** A platform's server for all tests of a file: call it at the top, and what it gives in the tests. */
export function hostedServerForAll(): () => HostedServer {
  let server: HostedServer | undefined;
  beforeAll(async () => {
    server = await hostedServer();
  }, 60_000);
  afterAll(() => server?.[Symbol.asyncDispose]());
  return () => {
    if (server === undefined) throw new Error("the server is started before the first test");
    return server;
  };
}

/** A project's database with a backup of it, before anything is done to it. */
export interface BackedUp extends AsyncDisposable {
  readonly target: Target;
  readonly taken: TestBackup;
  /** The recovery in place from this backup. */
  method(parts?: Partial<FullRecovery>): RecoveryMethod;
}

/** Takes a backup of a database as the plan says, and recovers in place from it by the same plan. */
export async function backedUp(target: Target, plan: Record<string, unknown>): Promise<BackedUp> {
  const taken = await testBackup(target, { plan });
  return {
    target,
    taken,
    method: (parts) => inPlace(fullRecovery(target, taken, plan, parts)),
    [Symbol.asyncDispose]: () => taken[Symbol.asyncDispose](),
  };
}

/** The same recovery, with something that happens right before its execution. */
export function withBefore(method: RecoveryMethod, before: (step: StepContext) => Promise<unknown>): RecoveryMethod {
  return {
    ...method,
    async execute(step) {
      await before(step);
      await method.execute(step);
    },
  };
}

/** Writes a row as the application would: `written`, or the SQLSTATE of the refusal. */
export function writeAsApplication(target: Target): Promise<string> {
  return ask(target, (session) => session.query("INSERT INTO public.lessons (title) VALUES ('writable')")).then(
    () => "written",
    (error: { code: string }) => error.code,
  );
}

/** How many rows a table of the application has. */
export async function rowsIn(target: Target, table: string): Promise<number> {
  return (await ask(target, (session) => session.query(`SELECT FROM public.${table}`))).length;
}
