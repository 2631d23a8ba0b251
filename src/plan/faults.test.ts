import { describe, expect, test } from "vitest";
import { faults, shop, top } from "./examples/refusals.ts";

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
    [
      "a short key that nothing is like",
      top("foo: 1"),
      at(
        3,
        "foo is not a known key; known here are version, databases, objectives, schedule, retention, contacts, alerts, reports",
      ),
    ],
    [
      "a key whose letters are half those of another place",
      top("contacts: {boss: {role: CTO}}"),
      at(3, "contacts.boss is not a known key; known here are primary, secondary, escalation"),
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
      "no time at all, without a unit",
      top("objectives: {rto: 0}"),
      at(3, "objectives.rto must have a unit (s, m, h or d), such as 4h (it says 0)"),
    ],
    [
      "a word that is a key of some list's items",
      top('schedule: {check: "0 2 * * *"}'),
      at(
        3,
        "schedule.check is not a known key; known here are backup, watch, verify, prove, rehearse, drill, escalate, retain, point_in_time",
      ),
    ],
    [
      "a certificate elsewhere",
      shop("platform: supabase", "managed: {ca_file: /etc/ca.crt}"),
      at(
        5,
        'databases.shop.managed.ca_file must be a file below the plan\'s own folder, written relative to it, such as supabase-ca.crt (it says "/etc/ca.crt")',
      ),
    ],
    ...[".", "./"].map((directory): [string, string, string[]] => [
      `reports among everything else: ${directory}`,
      top(`reports: {directory: ${directory}}`),
      at(
        3,
        "reports.directory must be a folder for the reports alone, such as reports: everything in it is published, and here that is all beside the plan",
      ),
    ]),
    [
      "undo files among the reports",
      top("reports: {directory: .ithaca/}"),
      at(
        3,
        "reports.directory (.ithaca) is published, and the undo files of recoveries, which hold rows, lie in .ithaca/undo; name another folder",
      ),
    ],
    [
      "exported rows among the reports",
      shop("platform: lovable", "exports: {folder: ./reports/exports/}"),
      at(
        5,
        "databases.shop.exports.folder (reports/exports) lies in reports.directory (reports), which is published, and exported files hold every row; name another folder",
      ),
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
      "roles of users whom nobody knows",
      shop("role_views: {app_roles: {table: public.user_roles}}"),
      at(4, "databases.shop.role_views.app_roles needs role_views.users beside it: the table of the users; add it"),
    ],
    [
      "a table named twice",
      shop("rls_tables: [public.a, public.b, public.a]"),
      at(4, "databases.shop.rls_tables[2] names public.a a second time; remove it"),
    ],
  ])("%s", (_what, text, lines) => expect(faults(text)).toEqual(lines));
});
