import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { census, proofContext } from "../../../test/support/proof.ts";
import { readInventory } from "../../census/inventory.ts";
import { wholeScope } from "../../census/scope.ts";
import { reading } from "../../census/transaction.ts";
import type { InventoryObject } from "../../census/types.ts";
import type { Session } from "../../postgres/types.ts";
import type { Skipped } from "../../restore/types.ts";
import { definitionsEquality } from "./definitions-equality.ts";

async function inventory(session: Session): Promise<readonly InventoryObject[]> {
  return (await reading(session, {}, () => readInventory(session, wholeScope))).objects;
}

function compare(
  expected: readonly InventoryObject[],
  copy: readonly InventoryObject[],
  restoreSkipped: readonly Skipped[] = [],
) {
  const sides = { expected: census({ inventory: expected }), copy: census({ inventory: copy }) };
  return definitionsEquality.run(proofContext({ ...sides, restoreSkipped }));
}

test("equal definitions pass; weakened ones fail, and the report shows none of them", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.t (id int, code text DEFAULT 'canary default');
    ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON public.t USING (code = 'canary expression');
    CREATE FUNCTION public.f() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT 'canary body' $$;
    CREATE VIEW public.v WITH (security_invoker = true) AS SELECT id FROM public.t;
    COMMENT ON TABLE public.t IS 'canary comment';
    CREATE TYPE public.mood AS ENUM ('canary label');
    CREATE INDEX t_code ON public.t (code);
  `);
  const expected = await inventory(session);
  const same = await compare(expected, await inventory(session));
  expect(same).toMatchObject({ status: "passed", findings: [] });
  await session.query(`
    ALTER TABLE public.t DISABLE ROW LEVEL SECURITY;
    ALTER TABLE public.t ALTER code SET DEFAULT 'canary other';
    ALTER POLICY own ON public.t USING (true);
    ALTER FUNCTION public.f() SECURITY INVOKER;
    ALTER VIEW public.v RESET (security_invoker);
    COMMENT ON TABLE public.t IS 'canary changed';
    ALTER TYPE public.mood ADD VALUE 'canary more';
    GRANT SELECT ON public.t TO PUBLIC;
    DROP INDEX public.t_code;
    CREATE TABLE public.surplus (id int);
  `);
  const { status, findings = [] } = await compare(expected, await inventory(session));
  expect(status).toBe("failed");
  const told = findings.map(
    ({ object, attribute, expected: was, actual }) => `${object} ${attribute}: ${was} -> ${actual}`,
  );
  expect(told).toContain("table public.t row_security: yes -> no");
  expect(told).toContain("function public.f() security_definer: yes -> no");
  expect(told).toContain("index public.t_code definition: present -> missing");
  expect(told).toContainEqual(
    expect.stringMatching(/^table public\.surplus definition: absent -> present, and \d+ object/),
  );
  expect(told).toContainEqual(
    expect.stringMatching(/^table public\.t grants: nothing more -> =r\/postgres|^table public\.t grants: none/),
  );
  expect(told).toContainEqual(expect.stringMatching(/^policy own ON public\.t using: sha256:[0-9a-f]{8} -> sha256:/));
  for (const attribute of ["default", "options", "labels"]) {
    expect(told).toContainEqual(
      expect.stringMatching(new RegExp(`${attribute}: (sha256:[0-9a-f]{8}|none) -> (sha256|none)`)),
    );
  }
  expect(JSON.stringify(findings)).not.toContain("canary");
});

test("what could be read on the source and not on the copy is not proved", async () => {
  const outcome = await compare([], [{ kind: "unread", name: "user-mapping", attributes: {} }]);
  expect(outcome).toMatchObject({ status: "not_run", reason: "user mapping could not be read on the copy" });
  const both = [{ kind: "unread", name: "user-mapping", attributes: {} }];
  expect((await compare(both, both)).status).toBe("passed");
});

test("what the restore left out on purpose is no finding, and nothing else is excused by it", async () => {
  const role = (settings: readonly string[], login = true) => ({
    kind: "role",
    name: "app",
    attributes: { login, settings },
  });
  const skip = (kind: "setting" | "role", object: string): Skipped => ({
    what: object,
    why: "it would act",
    kind,
    object,
  });
  const setting = [skip("setting", "role app: session_preload_libraries")];
  const source = [role(["session_preload_libraries=supautils", "work_mem=4MB"])];
  expect((await compare(source, [role(["work_mem=4MB"])], setting)).status).toBe("passed");
  expect((await compare(source, [role(["work_mem=4MB"])])).status).toBe("failed");
  expect((await compare(source, [role([])], setting)).status).toBe("failed");
  expect((await compare(source, [role(["work_mem=8MB"])], setting)).status).toBe("failed");
  expect((await compare([role([])], [role([], false)], [skip("role", "app")])).status).toBe("passed");
  expect((await compare([role([])], [], [skip("role", "app")])).status).toBe("failed");
  const inDatabase = { kind: "role-setting", name: "app", attributes: { settings: ["x.y=1"] } };
  const gone = [skip("setting", "role app in the database: x.y")];
  expect((await compare([role([]), inDatabase], [role([])], gone)).status).toBe("passed");
  const cron = { kind: "extension", name: "pg_cron", attributes: { version: "1.6" } };
  const extension = {
    what: "extension pg_cron",
    why: "it would run jobs",
    kind: "extension",
    object: "pg_cron",
  } as const;
  expect((await compare([cron], [])).status).toBe("failed");
  expect((await compare([cron], [], [extension])).status).toBe("passed");
});
