import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IthacaError } from "../base/errors.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { loadPlan, parsePlan } from "./parse.ts";

/** The fault that a plan is refused with. */
function refusal(text: string): IthacaError {
  try {
    parsePlan(text, "ithaca.yaml");
  } catch (error) {
    if (error instanceof IthacaError) return error;
    throw error;
  }
  throw new Error("the plan was taken");
}

/** The lines of a refusal, without the closing sentence. */
const faults = (text: string): string[] => refusal(text).message.split("\n").slice(0, -1);

/** A plan whose database `shop` has these lines, the first of which is line 4. */
const shop = (...lines: string[]) =>
  ["version: 1", "databases:", "  shop:", ...lines.map((line) => `    ${line}`)].join("\n");
/** A whole plan with these lines behind its database; the first is line 3. */
const top = (...lines: string[]) => ["version: 1", "databases: {shop: {}}", ...lines].join("\n");

describe("a plan that is taken", () => {
  test("may have five lines", () => {
    const plan = parsePlan(shop("url_secret: SHOP_URL"), "ithaca.yaml");
    expect(plan.databases.shop).toMatchObject({
      url_secret: "SHOP_URL",
      platform: "postgres",
      backup: { connections: 6, jobs: 2 },
    });
    expect(plan.objectives).toEqual({ rto: 14_400, rpo: 86_400 });
  });
  test.each([
    ["{}", "version: 1\ndatabases:\n  shop: {}"],
    ["nothing", "version: 1\ndatabases:\n  shop:"],
    ["a null", "version: 1\ndatabases:\n  shop: null\nobjectives:\nretention: ~"],
    ["Windows line ends and a byte order mark", "\ufeffversion: 1\r\ndatabases:\r\n  shop:\r\n    checks:\r\n"],
  ])("may have an entry of %s", (_what, text) => {
    const plan = parsePlan(text, "ithaca.yaml");
    expect(plan.databases.shop?.url_secret).toBe("ITHACA_DATABASE_URL");
    expect(plan.retention.daily).toBe(7);
  });
  test("may share entries by anchor", () => {
    const plan = parsePlan("version: 1\ndatabases:\n  a: &same {platform: supabase}\n  b: *same", "ithaca.yaml");
    expect(plan.databases.b?.platform).toBe("supabase");
  });
  test("turns durations into seconds", () => {
    const { objectives, alerts } = parsePlan(
      top("objectives: {rto: 90s, rpo: 7d}", "alerts: {backup_longer_than: 5m}"),
      "x",
    );
    expect([objectives.rto, objectives.rpo, alerts.backup_longer_than]).toEqual([90, 604_800, 300]);
  });
});

describe("a fault is told with line, key and fix", () => {
  const at = (line: number, rest: string) => [`ithaca.yaml:${line}: ${rest}`];
  test.each<[string, string, string[]]>([
    [
      "a misspelt key",
      shop("critical_table:"),
      at(4, "databases.shop.critical_table is not a known key; did you mean critical_tables?"),
    ],
    [
      "a key of another place, misspelt",
      shop("retension: 7"),
      at(4, "databases.shop.retension is not a known key; did you mean retention? It belongs to the top level"),
    ],
    [
      "a key of another place",
      shop("retention: {daily: 7}"),
      at(4, "databases.shop.retention is not a known key here; it belongs to the top level"),
    ],
    [
      "a key that nothing is like",
      top("zzz_unheard_of: 1"),
      at(
        3,
        "zzz_unheard_of is not a known key; known here are version, databases, objectives, schedule, retention, contacts, alerts, reports",
      ),
    ],
    ["no version", "databases: {shop: {}}", at(1, "version is missing; it must be 1")],
    ["a version in quotes", 'version: "1"\ndatabases: {shop: {}}', at(1, 'version must be 1 (it says "1")')],
    ["no database", "version: 1\ndatabases: {}", at(2, "databases must name at least one database")],
    [
      "a name in capitals",
      "version: 1\ndatabases: {Shop: {}}",
      at(
        2,
        "databases.Shop must have lower-case letters, digits and dashes only, begin with a letter, and have at most 40 characters",
      ),
    ],
    [
      "a list where a map is due",
      shop("smoke: [public.a]"),
      at(4, 'databases.shop.smoke must be a map (lines of "key: value"), not a list'),
    ],
    [
      "a map where a list is due",
      shop("rls_tables: {}"),
      at(4, 'databases.shop.rls_tables must be a list (lines that begin with "- "), not a map'),
    ],
    ["a list for a plan", "- version: 1", at(1, 'the plan must be a map (lines of "key: value"), not a list')],
    ["a word for a plan", "version", at(1, 'the plan must be a map (lines of "key: value"), not text')],
    ["an empty item", shop("rls_tables:", "  -"), at(5, "databases.shop.rls_tables[0] must be text, not empty")],
    [
      "a number in quotes",
      top("retention: {daily: '7'}"),
      at(3, "retention.daily must be a number, not text; remove the quotes"),
    ],
    ["a fraction", top("retention: {daily: 1.5}"), at(3, "retention.daily must be a whole number, not a fraction")],
    ["a number too small", top("retention: {daily: 0}"), at(3, "retention.daily must be at least 1 (it says 0)")],
    [
      "a number too large",
      shop("backup: {connections: 100}"),
      at(4, "databases.shop.backup.connections must be at most 64 (it says 100)"),
    ],
    ["yes for true", top("reports: {public: yes}"), at(3, 'reports.public must be true or false (it says "yes")')],
    [
      "a number for text",
      top("contacts: {primary: {role: 7}}"),
      at(3, "contacts.primary.role must be text, not a number; put it in quotes"),
    ],
    [
      "a duration without a unit",
      top("objectives: {rto: 4}"),
      at(3, "objectives.rto must have a unit (s, m, h or d), such as 4h (it says 4)"),
    ],
    [
      "a duration in words",
      top("objectives: {rto: 4 hours}"),
      at(
        3,
        'objectives.rto must be a number above 0 with a unit (s, m, h or d), such as 30s, 5m, 4h or 7d (it says "4 hours")',
      ),
    ],
    [
      "no time at all",
      top("objectives: {rto: 0h}"),
      at(
        3,
        'objectives.rto must be a number above 0 with a unit (s, m, h or d), such as 30s, 5m, 4h or 7d (it says "0h")',
      ),
    ],
    [
      "an unknown word",
      shop("platform: supabse"),
      at(
        4,
        'databases.shop.platform must be one of supabase, lovable, postgres (it says "supabse"); did you mean supabase?',
      ),
    ],
    [
      "a table without a schema",
      shop("smoke: {table: users}"),
      at(
        4,
        'databases.shop.smoke.table must name schema and table as SQL does, such as public.profiles or public."Order Items" (it says "users")',
      ),
    ],
    [
      "a mail address that is none",
      top("alerts:", "  success_email: ops"),
      at(4, 'alerts.success_email must be a mail address, such as ops@example.com (it says "ops")'),
    ],
    [
      "a folder elsewhere",
      shop("checks: ../secrets"),
      at(
        4,
        'databases.shop.checks must be a folder below the plan\'s own, written relative to it, such as sql/checks (it says "../secrets")',
      ),
    ],
    [
      "a cron line out of range",
      top('schedule: {watch: "0 25 * * *"}'),
      at(
        3,
        'schedule.watch is no cron line: its hour "25" must be a number from 0 to 23, *, a range, a step or a list (it says "0 25 * * *")',
      ),
    ],
    [
      "a cron line with both days",
      top('schedule: {drill: "0 9 1 * 1"}'),
      at(
        3,
        'schedule.drill sets both day of month and day of week, and cron runs when either fits; set one of them to * (it says "0 9 1 * 1")',
      ),
    ],
    [
      "an escalation before an answer is due",
      top("alerts: {answer_within: 3h}"),
      at(3, "alerts.escalate_after must not be shorter than alerts.answer_within; make it longer"),
    ],
    [
      "more jobs than connections",
      shop("backup: {jobs: 5}"),
      at(
        4,
        "databases.shop.backup.jobs: 5 jobs need at least 7 connections, and backup.connections is 6; change one of the two",
      ),
    ],
    [
      "a table named twice",
      shop("rls_tables: [public.a, public.b, public.a]"),
      at(4, "databases.shop.rls_tables[2] names public.a a second time; remove it"),
    ],
  ])("%s", (_what, text, lines) => expect(faults(text)).toEqual(lines));

  const excuse = (rest: string) => shop("exceptions:", `  - {reason: known and harmless, owner: DBA, ${rest}}`);
  test.each<[string, string, string]>([
    [
      "a day that does not exist",
      excuse("check: a.b, expires: 2026-02-30"),
      'exceptions[0].expires is not a day of the calendar (it says "2026-02-30")',
    ],
    [
      "a month that does not exist",
      excuse("check: a.b, expires: 2026-13-01"),
      "exceptions[0].expires is not a day of the calendar",
    ],
    [
      "a date of another order",
      excuse("check: a.b, expires: 30.11.2026"),
      "exceptions[0].expires must be a date written as YYYY-MM-DD",
    ],
    ["no date", excuse("check: a.b"), "exceptions[0].expires is missing; add it: The last day on which it counts"],
    [
      "an excuse for everything",
      excuse("expires: 2026-12-31"),
      "exceptions[0] must have exactly one of check, restore_error; it has none",
    ],
    [
      "an excuse for two things",
      excuse("check: a.b, restore_error: too much, expires: 2026-12-31"),
      "exceptions[0] must have exactly one of check, restore_error; it has check and restore_error",
    ],
    [
      "an excuse for any message",
      excuse("restore_error: a, expires: 2026-12-31"),
      "exceptions[0].restore_error must quote at least 8 characters",
    ],
    [
      "an exclusion of nothing",
      shop("scope: {exclude: [{reason: it is not needed}]}"),
      "scope.exclude[0] must have exactly one of schema, table, rows, extension; it has none",
    ],
    [
      "an exclusion without a reason",
      shop("scope: {exclude: [{schema: realtime}]}"),
      "scope.exclude[0].reason is missing; add it: Why it need not come back",
    ],
    [
      "a reason that says nothing",
      shop("scope: {exclude: [{schema: realtime, reason: nah}]}"),
      "scope.exclude[0].reason must say it in at least 8 characters",
    ],
  ])("%s", (_what, text, fault) => {
    expect(faults(text)).toHaveLength(1);
    expect(faults(text)[0]).toContain(`databases.shop.${fault}`);
  });

  test.each([
    ["critical_tables: [public.a]", "table: public.a"],
    ['critical_tables: [\'"a""b".c\']', "schema: 'a\"b'"],
    ["rls_tables: [public.a]", "schema: public"],
    ["smoke: {table: public.a}", "rows: public.a"],
    ["freshness: [{table: public.a, column: c, within: 1d}]", "schema: public"],
    ["orphans: [{table: public.b, column: c, references: public.a}]", "rows: public.a"],
  ])("a table that is watched and left out: %s, %s", (watched, out) => {
    const found = faults(shop(watched, `scope: {exclude: [{${out}, reason: not needed here}]}`));
    expect(found.length).toBeGreaterThan(0);
    for (const fault of found)
      expect(fault).toContain("which databases.shop.scope.exclude[0] leaves out; remove one of the two");
  });
  test("row level security may be checked where only the rows are left out", () => {
    parsePlan(shop("rls_tables: [public.a]", "scope: {exclude: [{rows: public.a, reason: not needed here}]}"), "x");
  });
});

describe("YAML that is none", () => {
  test.each<[string, string, string]>([
    ["nothing", "", "ithaca.yaml:1: the plan is empty; it needs at least version and databases"],
    ["comments only", "# a plan\n", "ithaca.yaml:1: the plan is empty"],
    [
      "a tab",
      "version: 1\ndatabases:\n\tshop: {}",
      "ithaca.yaml:3: a tab stands where spaces are due; indent with spaces",
    ],
    ["an open bracket", "version: 1\ndatabases: {shop: {}\n", "ithaca.yaml:3: is not valid YAML"],
    [
      "a bare star",
      top("schedule:", "  backup: * * * * *"),
      "ithaca.yaml:4: a value that begins with * or & must be in quotes",
    ],
    [
      "an alias of nothing",
      top("schedule:", "  backup: *nightly"),
      "ithaca.yaml:4: an alias (a value that begins with *) names no anchor",
    ],
    ["an alias of itself", "version: 1\ndatabases: &a\n  shop: *a", "ithaca.yaml:3: an alias"],
    ["a tag", "version: !!js/function 1\ndatabases: {shop: {}}", "ithaca.yaml:1: a tag"],
    ["two documents", top("---", "a: 1"), "ithaca.yaml:3: a second document begins"],
    [
      "a key twice",
      top("retention: {daily: 7}", "retention: {daily: 9}"),
      "ithaca.yaml:4: retention is written a second time in the same map; keep one",
    ],
    ["maps for keys", "{".repeat(2000) + "}".repeat(2000), "ithaca.yaml:1: "],
    ["brackets without end", "[".repeat(50_000), "ithaca.yaml:1: is nested too deeply to be a plan"],
    [
      "a bomb of aliases",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi".replaceAll(/./g, (k, i) => `${k}: &${k} [${Array(9).fill(`*${"abcdefgh"[i]}`)}]\n`)}`,
      "ithaca.yaml:2: an alias",
    ],
  ])("%s", (_what, text, fault) => {
    expect(faults(text)[0]).toContain(fault);
    expect(refusal(text)).toMatchObject({ id: "plan.invalid", kind: "input", exitCode: 2 });
  });
});

test("all faults come at once, by line, with how many there are", () => {
  const text = [
    "version: 2",
    "databases:",
    "  shop:",
    "    platfrom: x",
    "    smoke: []",
    "  shop: {}",
    "retention: {daily: -1}",
  ].join("\n");
  expect(refusal(text).message.split("\n")).toEqual([
    "ithaca.yaml:1: version must be 1 (it says 2)",
    expect.stringMatching(/^ithaca.yaml:6: shop is written a second time/),
    "ithaca.yaml:7: retention.daily must be at least 1 (it says -1)",
    "ithaca.yaml has 3 errors, so nothing was done; correct these lines and try again.",
  ]);
});

describe("a secret that was pasted into a plan", () => {
  test.each([
    ["a connection string", shop("url_secret: postgres://u:hunter2secret@db.example.org/x")],
    ["a connection string in quotes", shop('url_secret: "postgresql://u@db/x?password=hunter2secret"')],
    ["a bare password", shop("url_secret: hunter2secret")],
    ["under an unknown key", shop("url: postgres://u:hunter2secret@db/x")],
    ["as a key", shop('"postgres://u:hunter2secret@db/x": 1')],
    ["twice as a key", shop("postgres://u:hunter2secret@db/x: 1", "postgres://u:hunter2secret@db/x: 2")],
    ["as an item of a list", shop("rls_tables: ['postgres://u:hunter2secret@db/x']")],
    ["as a duration", top("objectives: {rto: 'sbp_hunter2secret00'}")],
    ["as a database's name", "version: 1\ndatabases:\n  'postgres://u:hunter2secret@db/x': {}"],
    ["in broken YAML", shop("url_secret: postgres://u:hunter2secret: @db/x")],
    ["as an alias", shop("url_secret: *hunter2secret")],
    [
      "where any text may stand",
      top("contacts: {primary: {role: 'https://hooks.slack.com/services/T0/B0/hunter2secret'}}"),
    ],
  ])("%s is refused and never shown", (_what, text) => {
    expect(refusal(text).message).not.toContain("hunter2secret");
    expect(refusal(text).message).toMatch(/^ithaca.yaml:[34]:/);
  });
  test("is told to be changed, and where the name belongs", () => {
    expect(faults(shop("url_secret: postgres://u:pw@db/x"))).toEqual([
      "ithaca.yaml:4: databases.shop.url_secret holds what looks like a secret, and plans are committed; remove it, write the NAME of the environment variable that holds it, and change the secret if it was ever pushed",
    ]);
  });
});

test("whatever is written, it is a plan or an error with line numbers", () => {
  const piece = fc.constantFrom(
    "version: 1\n",
    "databases:\n",
    "  shop:\n",
    "    smoke: ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "*a",
    "&a ",
    "null",
    "\n",
    "\t",
    '"',
    "'",
    ": ",
    "? ",
    "!t ",
    "---\n",
    "x",
    "0 2 * * *",
    "<<",
    "__proto__: {}\n",
    "    scope: {exclude: [{}]}\n",
    "%YAML 9\n",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(piece).map((parts) => parts.join("")),
      ),
      (text) => {
        try {
          expect(parsePlan(text, "p.yaml").version).toBe(1);
        } catch (error) {
          if (!(error instanceof IthacaError)) throw error;
          for (const line of error.message.split("\n").slice(0, -1)) expect(line).toMatch(/^p\.yaml:\d+: ./);
        }
      },
    ),
    { numRuns: 400 },
  );
});

describe("a plan's file", () => {
  test("gives its folder, to which its paths are relative", async () => {
    await using scratch = await scratchDirectory("plan");
    await writeFile(join(scratch.path, "ithaca.yaml"), shop("checks: sql/checks"));
    const { plan, directory } = await loadPlan(join(scratch.path, "ithaca.yaml"));
    expect(directory).toBe(scratch.path);
    expect(plan.databases.shop?.checks).toBe("sql/checks");
  });
  test("may be missing, or a folder", async () => {
    await using scratch = await scratchDirectory("plan");
    await mkdir(join(scratch.path, "folder"));
    await expect(loadPlan(join(scratch.path, "none.yaml"))).rejects.toMatchObject({ id: "plan.missing", exitCode: 2 });
    await expect(loadPlan(join(scratch.path, "folder"))).rejects.toThrow("it is a folder");
  });
});
