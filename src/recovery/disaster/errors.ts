import { defineErrors, entry } from "../../base/errors.ts";

/** What can stop a drill, or the carrying out of a disaster's steps. */
export const disasterErrors = defineErrors("disaster", {
  not_lost: entry({
    kind: "failed",
    says: () => "The throwaway production was to be lost, and something of it is left",
    mend: () => "look for its processes and its folder on this machine, remove them, and drill again",
    example: {},
  }),
  not_recovered: entry({
    kind: "failed",
    says: (p: { why: string }) => `The lost production did not come back: ${p.why}`,
    mend: () => "prove the same backup with `prove --backup <id>`, mend what it finds, and drill again",
    example: { why: "Every row is there: 2 tables differ" },
  }),
  restore_ended: entry({
    kind: "failed",
    says: (p: { incident: string; why: string }) =>
      `The restore ended otherwise than recovered (incident ${p.incident}): ${p.why.replace(/\.$/, "")}`,
    mend: () => "do what it says, and run the same command again",
    example: { incident: "2026-11-22-shop-4f1c2a9b", why: "The new database holds half a restore: drop it" },
  }),
  still_there: entry({
    kind: "failed",
    says: (p: { database: string }) => `${p.database} still answers, so it is not gone`,
    mend: () =>
      "use `npm run ithaca -- recover full` where its content is wrong; add --done assess where it must be replaced all the same",
    example: { database: "shop" },
  }),
  hook_failed: entry({
    kind: "failed",
    says: (p: { hook: string; code: number }) => `The plan's command for ${p.hook} ended with ${p.code}`,
    mend: () => "run it by hand to read what it says; its output is not shown here, for it may hold secrets",
    example: { hook: "disaster.hooks.environment", code: 2 },
  }),
  not_idempotent: entry({
    kind: "failed",
    says: (p: { what: string }) => `The migrations change the database when they are run a second time: ${p.what}`,
    mend: () => "make them idempotent: after a restore they are run on a database that has them already",
    example: { what: "index public.orders_total" },
  }),
  audit_differs: entry({
    kind: "failed",
    says: (p: { missed: string; surplus: string }) =>
      `The security audit did not name exactly what was planted (missed: ${p.missed || "nothing"}; besides: ${p.surplus || "nothing"})`,
    mend: () => "report it: an audit that misses a change is worth nothing",
    example: { missed: "role ithaca_backdoor", surplus: "" },
  }),
  not_signed_out: entry({
    kind: "failed",
    says: (p: { left: string }) => `Somebody is still signed in: ${p.left} are left`,
    mend: () => "switch the application off and run sql/recovery/disaster/sign-everybody-out.sql once more",
    example: { left: "2 sessions" },
  }),
  key_left: entry({
    kind: "failed",
    says: (p: { what: string }) => `An old key still works: ${p.what}`,
    mend: () => "run the step again; every call of it may be repeated",
    example: { what: "the legacy keys" },
  }),
  new_key_refused: entry({
    kind: "failed",
    says: (p: { refused: number }) => `The project's gateway refuses ${p.refused} of the new keys`,
    mend: () => "look at the project's keys in the dashboard, and run the step again when they are there",
    example: { refused: 1 },
  }),
  not_merged: entry({
    kind: "failed",
    says: (p: { why: string }) => `The plan for the way back does not find what was written meanwhile: ${p.why}`,
    mend: () => "report it, and keep both sides: what a merge plan does not name would be lost",
    example: { why: "shop.orders: expected 2 rows to bring, found 0" },
  }),
  not_dated: entry({
    kind: "failed",
    says: (p: { missed: string }) => `The rehearsed attack was not found in the figures: ${p.missed}`,
    mend: () => "report it: who cannot say when an attack began restores it with the backup",
    example: { missed: "the rows that vanished" },
  }),
  not_healthy: entry({
    kind: "surroundings",
    says: (p: { what: string }) => `Services of the new project do not answer as they must: ${p.what}`,
    mend: () => "look at the project's health in the dashboard, wait, and run the step again",
    example: { what: "auth: UNHEALTHY" },
  }),
  tests_failed: entry({
    kind: "failed",
    says: (p: { failed: number; skipped: number }) =>
      `The app's tests do not pass on what was restored: ${p.failed} failed, ${p.skipped} were skipped`,
    mend: () => "run `npm run ithaca -- prove --e2e` and read its report",
    example: { failed: 1, skipped: 0 },
  }),
  not_watched: entry({
    kind: "surroundings",
    says: () => "The provider's status page cannot be read, so nobody knows whether this is an outage",
    mend: () => "look at it in a browser, or set SUPABASE_STATUS_URL; add --done watch when you know",
    example: {},
  }),
  one_mode: entry({
    kind: "input",
    says: () => "--rehearse and --execute are two things: one touches throwaways only, the other production",
    mend: () => "give one of them, or none to read the plan",
    example: {},
  }),
  unknown_step: entry({
    kind: "input",
    says: (p: { step: string; scenario: string }) => `--done ${p.step} names no step of ${p.scenario}`,
    mend: () => "use the ids that the plan shows",
    example: { step: "dns", scenario: "deleted" },
  }),
  open_marker: entry({
    kind: "input",
    says: (p: { path: string; section: string }) =>
      `${p.path} has <!-- measured:${p.section} --> without its end, so nobody can tell where people's text begins`,
    mend: () => "write <!-- /measured --> behind what was measured",
    example: { path: "docs/runbook.md", section: "drill" },
  }),
});
