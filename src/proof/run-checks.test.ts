import { DatabaseError } from "pg";
import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { census, databasePlan, proofContext, table } from "../../test/support/proof.ts";
import { silentProgress } from "../base/progress.ts";
import { allChecks, plannedChecks } from "./all-checks.ts";
import { dataEquality } from "./checks/data-equality.ts";
import { restoreErrors } from "./checks/restore-errors.ts";
import { describeFailure } from "./failure.ts";
import { runChecks } from "./run-checks.ts";
import type { Check, CheckOutcome, Finding, ProofContext } from "./types.ts";

const finding = (object: string): Finding => ({ object, attribute: "rows", expected: "2", actual: "1" });

function check(outcome: Partial<CheckOutcome>, id = "data.equality"): Check {
  return { id, title: "A check", run: () => ({ status: "passed", expected: "all", actual: "all", ...outcome }) };
}

function throwing(thrown: unknown): Check {
  return {
    id: "a.check",
    title: "A check",
    run() {
      throw thrown;
    },
  };
}

const excuse = (more: Record<string, unknown> = {}) => ({
  check: "data.equality",
  object: "public.a",
  reason: "rebuilt every night",
  owner: "Data",
  expires: "2026-11-22",
  ...more,
});

async function run(checks: readonly Check[], exceptions: readonly unknown[] = [], more: Partial<ProofContext> = {}) {
  const context = proofContext({ database: databasePlan({ exceptions }), ...more });
  const { checks: results, notCovered } = await runChecks(context, silentProgress, checks);
  const [first] = results;
  return { first, exceptions: results.at(-1), results, notCovered };
}

function serverError(code: string): DatabaseError {
  const error = new DatabaseError("canary message", 10, "error");
  error.code = code;
  error.detail = "canary detail";
  return error;
}

test("what a check throws makes it not run, and only SQLSTATE and condition are told", async () => {
  for (const [thrown, reason] of [
    [serverError("57014"), /time limit \(SQLSTATE 57014 query_canceled\)/],
    [serverError("57P01"), /SQLSTATE 57P01 admin_shutdown/],
    [serverError("22P02"), /SQLSTATE 22P02 invalid_text_representation/],
    [serverError("22ABC"), /SQLSTATE 22ABC data_exception/],
    [serverError("ZZ999"), /SQLSTATE ZZ999 unknown_condition/],
    [new Error("Connection terminated unexpectedly"), /connection to the copy was lost/],
    [Object.assign(new Error("canary"), { code: "ECONNRESET" }), /connection to the copy was lost/],
    [new TypeError("canary"), /unexpected error ended it \(TypeError\)/],
    ["canary", /unexpected error ended it \(string\)/],
  ] as const) {
    const { first } = await run([throwing(thrown)]);
    expect(first).toMatchObject({ status: "not_run", reason: expect.stringMatching(reason), findings: [] });
    expect(JSON.stringify(first)).not.toContain("canary");
  }
  expect(describeFailure(Object.assign(new Error("canary"), { code: "ENOSPC" }))).toContain("ENOSPC");
});

test("every check has a time and every field, and one that does not apply leaves only what it does not cover", async () => {
  const entry = { what: "This", why: "the plan says nothing" };
  const { results, notCovered } = await run([
    check({}, "a.one"),
    check({ status: "not_applicable", notCovered: [entry] }, "a.two"),
  ]);
  expect(results.map(({ id }) => id)).toEqual(["a.one", "plan.exceptions"]);
  expect(Object.keys(results[0] ?? {}).sort()).toEqual([
    "actual",
    "expected",
    "findings",
    "id",
    "reason",
    "seconds",
    "status",
    "title",
  ]);
  expect(notCovered).toEqual([entry]);
});

test("an excused finding moves to what is not covered, with who answers for it and until when", async () => {
  const { first, exceptions, notCovered } = await run(
    [check({ status: "failed", findings: [finding("public.a"), finding("public.b")] })],
    [excuse()],
  );
  expect(first).toMatchObject({ status: "failed", findings: [{ object: "public.b" }] });
  expect(exceptions?.status).toBe("passed");
  expect(notCovered).toEqual([
    {
      what: "data.equality: public.a, rows: expected 2, found 1",
      why: "rebuilt every night (excused by Data until 2026-11-22)",
    },
  ]);
});

test("a check whose every finding is excused passes and says so, unless something was left unproved", async () => {
  const failed = { status: "failed", findings: [finding("public.a")] } as const;
  expect((await run([check(failed)], [excuse()])).first).toMatchObject({
    status: "passed",
    findings: [],
    reason: "passed only because the plan excuses 1 finding",
  });
  const open = { ...failed, unproven: "public.big was not hashed" };
  expect((await run([check(open)], [excuse()])).first).toMatchObject({
    status: "not_run",
    reason: expect.stringContaining("public.big was not hashed"),
  });
});

test("an exception that has run out excuses nothing and is a finding of its own", async () => {
  const { first, exceptions } = await run(
    [check({ status: "failed", findings: [finding("public.a")] })],
    [excuse({ expires: "2026-11-21" })],
  );
  expect(first?.status).toBe("failed");
  expect(exceptions).toMatchObject({
    status: "failed",
    findings: [{ object: "data.equality on public.a", attribute: "expires" }],
  });
});

test("an exception that excuses nothing is a finding, unless its check could not run", async () => {
  const unused = await run([check({})], [excuse()]);
  expect(unused.exceptions).toMatchObject({ status: "failed", findings: [{ attribute: "use" }] });
  const blind = await run([check({ status: "not_run" })], [excuse()]);
  expect(blind.exceptions?.status).toBe("passed");
  const forErrors = excuse({ check: undefined, object: undefined, restore_error: "must be owner of" });
  expect((await run([], [forErrors])).exceptions?.status).toBe("failed");
  const error = { message: "must be owner of x", object: "", allowed_by: "rebuilt every night" };
  const used = await run([restoreErrors], [forErrors], { restoreErrors: [error] });
  expect(used.results.map(({ status }) => status)).toEqual(["passed", "passed"]);
});

test("a proof of a healthy database passes every check, and names what its plan leaves out", async () => {
  await using database = await testDatabase();
  const tables = { "public.a": table(1) };
  const { results, notCovered } = await run(allChecks([]), [], {
    session: database.session,
    expected: census({ tables }),
    copy: census({ tables }),
  });
  expect(results.filter(({ status }) => status !== "passed")).toEqual([]);
  expect(notCovered.map(({ what }) => what)).toContain("Record counts");
});

test("checks have unique ids, and all of them are planned", () => {
  const team = { name: "wallets", severity: "error", reason: "no overdraft", file: "w.sql", sql: "SELECT 1" } as const;
  const ids = plannedChecks([team]).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual([...allChecks([team]).map(({ id }) => id), "plan.exceptions"]);
  expect(ids).toContain("team.wallets");
});

test("a check that reads a lost copy is not run, and the ones that need no copy still are", async () => {
  const matview = (hash: string) => census({ tables: { "public.m": table(1, hash, { kind: "matview" }) } });
  const { results } = await run([dataEquality, restoreErrors], [], { expected: matview("1:1"), copy: matview("2:2") });
  expect(results.map(({ status }) => status)).toEqual(["not_run", "passed", "passed"]);
});

test("an exception for a check that there is not says which one was probably meant", async () => {
  const { exceptions } = await run([check({})], [excuse({ check: "data.equalty" })]);
  expect(exceptions).toMatchObject({
    status: "failed",
    findings: [{ actual: expect.stringMatching(/there is no check data\.equalty, did you mean data\.equality\?$/) }],
  });
});
