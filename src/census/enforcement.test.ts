import { beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { otherMajors, startOtherMajor } from "../../test/support/other-major.ts";
import { connect } from "../postgres/connect.ts";
import type { Session } from "../postgres/types.ts";
import { readInventory } from "./inventory.ts";
import { wholeScope } from "./scope.ts";

/** The newest stands for all in every run of the tests; `npm run test:long` asks each. */
const asked = process.env.ITHACA_TESTS === "long" ? otherMajors : otherMajors.slice(-1);

const tables = `
  CREATE TABLE public.par (id int PRIMARY KEY, k int, UNIQUE (id, k));
  CREATE TABLE public.pk (id int, k int, FOREIGN KEY (id, k) REFERENCES public.par (id, k)
    ON DELETE CASCADE ON UPDATE SET NULL) PARTITION BY LIST (k);
  CREATE TABLE public.pk1 PARTITION OF public.pk FOR VALUES IN (1);
  CREATE TABLE public.sub (id int, k int, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
  CREATE TABLE public.sub1 PARTITION OF public.sub FOR VALUES IN (1) PARTITION BY LIST (id);
  CREATE TABLE public.sub11 PARTITION OF public.sub1 DEFAULT;
  CREATE TABLE public.kid (id int, k int, FOREIGN KEY (id, k) REFERENCES public.sub);
  CREATE TABLE public.late (id int, k int, FOREIGN KEY (id, k) REFERENCES public.par (id, k)
    ON DELETE CASCADE ON UPDATE SET NULL);
  ALTER TABLE public.pk ATTACH PARTITION public.late FOR VALUES IN (2);
  CREATE TABLE public.left (id int, k int, FOREIGN KEY (id, k) REFERENCES public.par (id, k)
    ON DELETE RESTRICT ON UPDATE SET DEFAULT) PARTITION BY LIST (k);
  CREATE TABLE public.gone PARTITION OF public.left DEFAULT;
  ALTER TABLE public.left DETACH PARTITION public.gone;
  CREATE TABLE public.self (id int, k int, up int, PRIMARY KEY (id, k), FOREIGN KEY (up, k) REFERENCES public.self)
    PARTITION BY LIST (k);
  CREATE TABLE public.self1 PARTITION OF public.self DEFAULT;
  CREATE TABLE public.dated (day int UNIQUE DEFERRABLE, r int4range, EXCLUDE USING gist (r WITH &&) DEFERRABLE)`;

const tablesOf18 = `
  CREATE TABLE public.lax (id int REFERENCES public.par NOT ENFORCED);
  CREATE TABLE public.spans (who int4range, span int4range, PRIMARY KEY (who, span WITHOUT OVERLAPS));
  CREATE TABLE public.stays (who int4range, span int4range,
    FOREIGN KEY (who, PERIOD span) REFERENCES public.spans (who, PERIOD span))`;

const internalOf = (table: string) => `tgrelid = 'public.${table}'::regclass AND tgisinternal`;

const damages = [
  ["ALTER TABLE public.pk1 DISABLE TRIGGER ALL", "pk_id_k_fkey ON public.pk: disabled on public.pk1"],
  ["ALTER TABLE public.late DISABLE TRIGGER ALL", "pk_id_k_fkey ON public.pk: disabled on public.late"],
  ["ALTER TABLE public.sub11 DISABLE TRIGGER ALL", "kid_id_k_fkey ON public.kid: disabled on public.sub11"],
  [`DELETE FROM pg_trigger WHERE ${internalOf("pk1")}`, "pk_id_k_fkey ON public.pk: missing on public.pk1"],
  [`DELETE FROM pg_trigger WHERE ${internalOf("sub1")}`, "kid_id_k_fkey ON public.kid: missing on public.sub1"],
  [`DELETE FROM pg_trigger WHERE ${internalOf("kid")}`, "kid_id_k_fkey ON public.kid: missing on public.kid"],
  [
    `UPDATE pg_trigger SET tgfoid = '"RI_FKey_noaction_del"'::regproc WHERE tgfoid = '"RI_FKey_cascade_del"'::regproc`,
    "pk_id_k_fkey ON public.pk: missing on public.par",
  ],
  [
    `DELETE FROM pg_trigger WHERE ${internalOf("dated")}`,
    "dated_day_key ON public.dated: missing on public.dated",
    "dated_r_excl ON public.dated: missing on public.dated",
  ],
] as const;

describe.each([15, ...asked] as const)("hidden triggers of PostgreSQL %i", (major) => {
  let session: Session;

  beforeAll(async () => {
    await using stack = new AsyncDisposableStack();
    if (major === 15) session = stack.use(await testDatabase()).session;
    else session = stack.use(await connect(stack.use(await startOtherMajor(major)).target, { readOnly: false }));
    await session.query(tables);
    if (major >= 18) await session.query(tablesOf18);
    await session.query("SET search_path = ''");
    await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    const held = stack.move();
    return () => held.disposeAsync();
  });

  async function unenforced(): Promise<string[]> {
    const { objects } = await readInventory(session, wholeScope, ["constraint"]);
    return objects.flatMap(({ name, attributes: { enforcement } }) =>
      enforcement === undefined ? [] : [`${name}: ${enforcement}`],
    );
  }

  test("are all there and on after CREATE, ATTACH and DETACH", async () => {
    expect(await unenforced()).toEqual([]);
    expect((await readInventory(session, wholeScope, ["switched-off"])).objects).toEqual([]);
  });

  test.each(damages)("%s is seen", async (sql, ...seen) => {
    await session.query(`SAVEPOINT whole; ${sql}`);
    expect((await unenforced()).toSorted()).toEqual(seen);
    await session.query("ROLLBACK TO SAVEPOINT whole");
  });

  test.runIf(major >= 18)("a key WITHOUT OVERLAPS that lets them in is seen", async () => {
    const flag = "UPDATE pg_index SET indisexclusion = false WHERE indexrelid = 'public.spans_pkey'::regclass";
    await session.query(`SAVEPOINT whole; ${flag}`);
    expect((await readInventory(session, wholeScope, ["switched-off"])).objects).toEqual([
      expect.objectContaining({
        name: "exclusion by spans_pkey ON public.spans",
        attributes: { flag: "pg_index.indisexclusion" },
      }),
    ]);
    await session.query("ROLLBACK TO SAVEPOINT whole");
  });
});
