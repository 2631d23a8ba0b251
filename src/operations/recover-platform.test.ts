import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TemplateDatabase, templateDatabase } from "../../test/support/database.ts";
import { hostedProject, shopThen, unix } from "../../test/support/hosted-project.ts";
import { newIncident } from "../../test/support/recovery.ts";
import { testVault, vaultPassword } from "../../test/support/vault.ts";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { urlWithPassword } from "../postgres/target.ts";
import { incidentsDirectory, writeIncident } from "../recovery/incident.ts";
import type { UseCaseContext } from "./context.ts";
import { recoverPointInTime } from "./recover-point-in-time.ts";

let then: TemplateDatabase;
let scratch: Scratch;
beforeAll(async () => {
  then = await templateDatabase((session) => session.query(shopThen));
  scratch = await scratchDirectory("platform");
  await writeFile(
    join(scratch.path, "ithaca.yaml"),
    "version: 1\ndatabases:\n  test:\n    platform: supabase\n    critical_tables: [public.orders]\n",
  );
});
afterAll(async () => {
  await scratch[Symbol.asyncDispose]();
  await then[Symbol.asyncDispose]();
});

const asked = { plan: "ithaca.yaml", execute: true, confirm: "test", watch: "1s", lagSeconds: 1 };

function contextOf(environment: Readonly<Record<string, string | undefined>>): UseCaseContext {
  return {
    environment,
    clock: systemClock,
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: scratch.path,
  };
}

test("without a vault for the safety backup the platform is asked nothing", async () => {
  const refused = recoverPointInTime(contextOf({ ITHACA_RECOVERY_URL: "postgres://a@nowhere.invalid/b" }), {
    ...asked,
    to: "10 minutes ago",
  });
  await expect(refused).rejects.toMatchObject({
    id: "vault.not_configured",
    message: expect.stringContaining("RESTIC_REPOSITORY and RESTIC_PASSWORD are not set"),
  });
});

test("a run that was killed before it had asked goes back to the second that was confirmed, not to another", async () => {
  await using project = await hostedProject(then);
  await using vault = await testVault();
  const url = urlWithPassword(project.database.target);
  const context = contextOf({
    ...project.platform.env,
    ITHACA_DATABASE_URL: url,
    ITHACA_RECOVERY_URL: url,
    RESTIC_REPOSITORY: vault.repository,
    RESTIC_PASSWORD: vaultPassword,
  });
  const second = unix(30);
  const at = new Date(second * 1000).toISOString().replace(".000", "");
  const to = at.replace("T", " ").replace("Z", " UTC");
  const killed = newIncident({ kind: "point-in-time", mode: "supabase-pitr", request: { to } });
  await writeIncident(incidentsDirectory(join(scratch.path, "reports")), {
    ...killed,
    state: { step: "quiesce", outcome: null },
    restore_point: { backup: null, at },
  });
  const result = await recoverPointInTime(context, { ...asked, to: "10 minutes ago" });
  if (result.kind !== "recovery") throw new Error("it was a look");
  expect(result.recovery.incident).toMatchObject({ id: killed.id, state: { step: "ended", outcome: "recovered" } });
  expect(project.platform.project.restoredTo).toEqual([second]);
});
