import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { mortal, until } from "../../../test/support/death.ts";
import type { Session } from "../../postgres/types.ts";
import { findDatabases, openBeside, type Swap, swapDatabases } from "./swap.ts";

const swapModule = JSON.stringify(fileURLToPath(new URL("./swap.ts", import.meta.url)));

interface Stage extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly swap: Swap;
  readonly admin: Session;
  /** The oid that bears production's name now. */
  production(): Promise<number | undefined>;
  /** Holds the swap up between its two renames, until it is disposed. */
  between(): Promise<AsyncDisposable>;
  /** Waits until the swap stands there, and gives its process. */
  standsThere(): Promise<number>;
}

async function stage(): Promise<Stage> {
  const stack = new AsyncDisposableStack();
  const [database, other] = [stack.use(await testDatabase()), stack.use(await testDatabase())];
  for (const { session } of [database, other]) await session[Symbol.asyncDispose]();
  const admin = stack.use(await openBeside(database.target));
  const [production, incoming] = [database.target.database, other.target.database];
  const found = await findDatabases(admin, [production, incoming]);
  const oid = (name: string) => found.get(name)?.oid ?? 0;
  const aside = `${production}_aside`;
  // Their test databases are dropped by the names that they had at first.
  stack.defer(async () => {
    await admin.query(`ALTER DATABASE "${aside}" RENAME TO "${incoming}"`);
  });
  const waiting = "SELECT pid FROM pg_locks WHERE NOT granted AND locktype = 'object' AND objid = $1";
  return {
    database,
    admin,
    swap: {
      production,
      leaving: { oid: oid(production), aside },
      incoming: { oid: oid(incoming), name: incoming },
    },
    production: async () => (await findDatabases(admin, [production])).get(production)?.oid,
    async between() {
      const holder = await openBeside(database.target);
      // Takes a lock on the database that the second rename waits for, and keeps it as long as its transaction is open.
      await holder.query(`BEGIN; COMMENT ON DATABASE "${incoming}" IS 'held'`);
      return holder;
    },
    async standsThere() {
      let pid = 0;
      await until(async () => {
        const [row] = await admin.query<{ pid: number }>(waiting, [oid(incoming)]);
        pid = row?.pid ?? 0;
        return pid !== 0;
      });
      return pid;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

test("a swap whose connection is lost between the two renames is taken back by the server, and done by the next attempt", async () => {
  await using scene = await stage();
  const { database, swap, admin } = scene;
  const held = await scene.between();
  const swapping = swapDatabases(database.target, swap);
  const pid = await scene.standsThere();
  expect(await scene.production()).toBe(swap.leaving.oid);
  await admin.query("SELECT pg_terminate_backend($1)", [pid]);
  await until(async () => (await scene.standsThere()) !== pid);
  expect(await scene.production()).toBe(swap.leaving.oid);
  await held[Symbol.asyncDispose]();
  await swapping;
  expect(await scene.production()).toBe(swap.incoming.oid);
});

test("a process that is killed between the two renames: production keeps its name, and a swap that the server then completes is not done twice", async () => {
  await using scene = await stage();
  const { database, swap } = scene;
  await using held = await scene.between();
  await using process = mortal(
    `import { swapDatabases } from ${swapModule};
     const { target, swap } = JSON.parse(process.env.RUN);
     console.log("swapping");
     await swapDatabases(target, swap);`,
    { RUN: JSON.stringify({ target: database.target, swap }) },
  );
  await process.line();
  await scene.standsThere();
  await process.kill("SIGKILL");
  expect(await scene.production()).toBe(swap.leaving.oid);
  // The server has not noticed, and goes on as soon as it can: the next run meets a swap that comes true under its hands.
  const next = swapDatabases(database.target, swap);
  await sleep(50);
  await held[Symbol.asyncDispose]();
  await next;
  expect(await scene.production()).toBe(swap.incoming.oid);
});
