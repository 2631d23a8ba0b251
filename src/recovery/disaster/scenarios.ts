/*
 * The plan's three disasters as data: what is done in which order, by whom, how one knows that it is done, and what only a
 * person can decide. What carries the steps out is in src/operations/disaster; what prints them needs nothing but this.
 */

export const scenarios = ["deleted", "ransomware", "outage"] as const;
export type Scenario = (typeof scenarios)[number];

/** Contact of the plan who does a step. */
export type Owner = "primary" | "secondary" | "escalation";

export type HookName = "environment" | "keys" | "hostname" | "secrets";

export interface ScenarioStep {
  readonly id: string;
  readonly title: string;
  readonly owner: Owner;
  /** The command or the call of the platform's API, as people would type it. */
  readonly does: string;
  /** What shows that it is done. */
  readonly proof: string;
  /** Seconds that it is expected to take; a drill measures the restore's. */
  readonly expected_s: number;
  /** What only a person can decide here; null where there is nothing to decide. */
  readonly decide: string | null;
  /** The plan's command that does it, where it names one; without it a person does. */
  readonly hook: HookName | null;
}

const minute = 60;
const step = (
  id: string,
  owner: Owner,
  title: string,
  rest: Pick<ScenarioStep, "does" | "proof" | "expected_s"> & Partial<Pick<ScenarioStep, "decide" | "hook">>,
): ScenarioStep => ({ id, owner, title, decide: null, hook: null, ...rest });

const application = step("environment", "primary", "Lead the application to the new database", {
  does: "the plan's hook `environment`",
  proof: "the hook ends with 0; the application's health page answers",
  expected_s: 10 * minute,
  hook: "environment",
});

const hostname = step("hostname", "secondary", "Switch DNS or the custom hostname", {
  does: "the plan's hook `hostname`, or POST /v1/projects/{ref}/custom-hostname/initialize, reverify, activate",
  proof: "the API says 5_services_reconfigured, or the hook ends with 0",
  expected_s: 15 * minute,
  decide: "Is the new database good enough to let everybody in?",
  hook: "hostname",
});

const deleted: readonly ScenarioStep[] = [
  step("assess", "primary", "Find out that the database is really gone", {
    does: "GET /v1/projects/{ref}, and a connection to it",
    proof: "no connection, and the platform does not know the project",
    expected_s: 5 * minute,
    decide: "Is it deleted, or only unreachable? If it comes back by itself this is an outage, not a loss.",
  }),
  step("new-project", "primary", "Make a new project with the same configuration", {
    does: "POST /v1/projects (name, organization, region, size of the plan or of the lost project)",
    proof: "the project is ACTIVE_HEALTHY",
    expected_s: 5 * minute,
  }),
  step("restore", "secondary", "Restore the latest backup into it", {
    does: "npm run ithaca -- recover full --into new --execute --confirm <database>",
    proof: "the recovery's own proof: every row, definition and right as in the backup's census",
    expected_s: 60 * minute,
    decide: "Is the latest backup the right one? What was written since then is lost.",
  }),
  step("migrations", "secondary", "Run all migrations, twice", {
    does: "the plan's command `migrations` with DATABASE_URL of the new database",
    proof: "the second run changes nothing: inventories before and after are equal",
    expected_s: 10 * minute,
  }),
  step("auth-flow", "primary", "Test authentication and the application's flows", {
    does: "the plan's E2E suite on the copy; on the new project GET /v1/projects/{ref}/health",
    proof: "every test passes; the service auth is healthy",
    expected_s: 10 * minute,
  }),
  application,
  hostname,
  step("old-references", "primary", "Find what still leads to the old project", {
    does: "search of the repository for the old project's ref",
    proof: "no file names it",
    expected_s: 5 * minute,
  }),
  step("first-backup", "secondary", "Take the first backup of the new database", {
    does: "set ITHACA_DATABASE_URL to the new database, and run `npm run ithaca -- backup`",
    proof: "`npm run ithaca -- backups` lists it",
    expected_s: 15 * minute,
  }),
];

const ransomware: readonly ScenarioStep[] = [
  step("evidence", "primary", "Keep the attacked database as evidence", {
    does: "npm run ithaca -- backup",
    proof: "the backup is in the vault, with its census",
    expected_s: 15 * minute,
    decide: "Is the application switched off until this is over?",
  }),
  step("new-keys", "primary", "Make new API keys and a signing key that waits", {
    does: "POST /v1/projects/{ref}/api-keys (publishable, secret); POST …/config/auth/signing-keys (standby)",
    proof: "the API lists them",
    expected_s: 5 * minute,
  }),
  step("roll-out-keys", "primary", "Give the application its new keys", {
    does: "the plan's hook `keys`",
    proof: "the hook ends with 0; the application works with the old keys switched off for a minute",
    expected_s: 10 * minute,
    hook: "keys",
  }),
  step("revoke-keys", "primary", "Revoke every old key", {
    does: "PATCH the new signing key to in_use, the old one to revoked; PUT …/api-keys/legacy?enabled=false; DELETE the old keys",
    proof: "the API lists no old key, and legacy keys are off",
    expected_s: 5 * minute,
    decide: "From here on whoever has not got the new keys is shut out: is the application rolled out everywhere?",
  }),
  step("database-password", "secondary", "Change the database's password", {
    does: "PATCH /v1/projects/{ref}/database/password",
    proof: "the old connection string is refused",
    expected_s: 5 * minute,
  }),
  step("when", "secondary", "Find out when it began", {
    does: "figures of the backups, table by table; changed rows by hour; the last good census",
    proof: "a backup from before the first anomaly is named",
    expected_s: 30 * minute,
    decide: "Which backup is from before the attack? The attacker may have been in for days before anybody saw it.",
  }),
  step("audit", "secondary", "Find out what was changed", {
    does: "roles, grants, policies, functions and triggers against the last good census",
    proof: "every change is named, and explained by a person",
    expected_s: 30 * minute,
  }),
  step("restore", "secondary", "Restore to before the attack", {
    does: "npm run ithaca -- recover full --into side-by-side (of a platform: in-place) --backup <id> --execute --confirm <database>",
    proof: "the recovery's own proof, definitions and rights included",
    expected_s: 60 * minute,
  }),
  step("sign-out", "primary", "Sign everybody out and void every password", {
    does: "sql/recovery/disaster/sign-everybody-out.sql",
    proof: "no session, refresh token or one-time token is left",
    expected_s: 5 * minute,
    decide: "What do the users read when they must set a new password?",
  }),
  step("rotate-secrets", "primary", "Rotate all other secrets", {
    does: "the plan's hook `secrets`, and its list of secrets",
    proof: "for functions' secrets: GET …/secrets says that each was set since the attack; for others a person signs",
    expected_s: 120 * minute,
    hook: "secrets",
  }),
];

const outage: readonly ScenarioStep[] = [
  step("watch", "primary", "Watch the provider's status page", {
    does: "GET https://status.supabase.com/api/v2/incidents.json",
    proof: "a major or critical incident is open, and since when",
    expected_s: 60 * minute,
    decide: "It lasts for more than an hour: do we leave?",
  }),
  step("restore", "secondary", "Restore onto a PostgreSQL of your own", {
    does: "npm run ithaca -- recover full --into new on the server of ITHACA_RECOVERY_URL; Supabase's roles are made first",
    proof: "the recovery's own proof",
    expected_s: 60 * minute,
  }),
  step("api", "secondary", "Put an API in front of it", {
    does: "PostgREST and GoTrue of supabase/docker, or the application's own connection; the E2E suite tells",
    proof: "every test of the E2E suite passes on a copy",
    expected_s: 120 * minute,
  }),
  application,
  hostname,
  step("census", "secondary", "When the provider is back: a backup of both sides", {
    does: "npm run ithaca -- backup of the server of your own; npm run ithaca -- backup of the project",
    proof: "both are in the vault",
    expected_s: 30 * minute,
    decide: "Go back now, or at night?",
  }),
  step("merge", "secondary", "Plan how what was written meanwhile goes back", {
    does: "three censuses side by side: as restored, the project, the server of your own",
    proof: "each table that was changed has its way back; keys changed on both sides are counted",
    expected_s: 60 * minute,
    decide: "For rows that were changed on both sides: which one counts?",
  }),
  step("return", "primary", "Lead the application back", {
    does: "the commands that the merge plan has named, then the hooks `environment` and `hostname`",
    proof: "`npm run ithaca -- prove --e2e` of the next backup passes",
    expected_s: 60 * minute,
  }),
];

export const stepsOf: Readonly<Record<Scenario, readonly ScenarioStep[]>> = { deleted, ransomware, outage };

/** What each is, for people who must choose. */
export const scenarioTitles: Readonly<Record<Scenario, string>> = {
  deleted: "A: the database is gone",
  ransomware: "B: ransomware or malicious deletion",
  outage: "C: the provider is down",
};
