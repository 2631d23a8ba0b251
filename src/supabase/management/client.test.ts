import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  type PlatformServer,
  platformToken,
  supabasePlatform,
} from "../../../test/support/supabase-platform/server.ts";
import { redact } from "../../base/redact.ts";
import { listBackups, restoreToPointInTime } from "./backups.ts";
import { createBranchWithData, deleteBranch, listBranches } from "./branches.ts";
import { type ManagementApi, openApi } from "./client.ts";
import { PlatformError } from "./errors.ts";
import { activateHostname, initializeHostname, reverifyHostname } from "./hostname.ts";
import {
  createApiKey,
  createStandbyKey,
  deleteApiKey,
  listApiKeys,
  listSecrets,
  setLegacyKeys,
  setSecrets,
  setSigningKey,
} from "./keys.ts";
import { createProject, deleteProject, getProject, listProjects, waitUntilHealthy } from "./projects.ts";
import { platformAccess, usualNames } from "./settings.ts";

let platform: PlatformServer;
let api: ManagementApi;
const never = new AbortController().signal;
const open = (timeLimit = 2, token = platformToken, signal = never) =>
  openApi({ token, url: platform.url, signal, timeLimit });

beforeAll(async () => {
  platform = await supabasePlatform({ takes: 60 });
});
afterAll(() => platform[Symbol.asyncDispose]());
beforeEach(() => {
  api = open();
});
afterEach(() => {
  platform.heal();
  platform.lacks = [];
  platform.rate = { limit: 10_000, windowMs: 60_000 };
});

async function refusal(work: Promise<unknown>): Promise<PlatformError> {
  const thrown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof PlatformError)) throw new Error(`not refused: ${String(thrown)}`);
  return thrown;
}

const asked = (method: string, path: string) =>
  platform.requests.filter((one) => one.method === method && one.path.includes(path)).length;

describe("a refusal says what is wrong and what to do, and is not tried again", () => {
  test.each([
    [401, "platform.token_refused", /mistyped, revoked or expired/],
    [402, "platform.plan_lacks", /raise the account's plan/],
    [404, "platform.not_found", /check the project's ref/],
    [400, "platform.refused", /refused the request with 400/],
  ])("%i", async (status, id, says) => {
    const before = asked("GET", "/database/backups");
    platform.fail({ path: /backups/, with: { status, body: { message: "no" } } });
    const error = await refusal(listBackups(api, platform.project.ref));
    expect(error).toMatchObject({ id, status, kind: "surroundings" });
    expect(error.message).toMatch(says);
    expect(asked("GET", "/database/backups") - before).toBe(1);
  });

  test("403 names the permissions that the token lacks", async () => {
    platform.lacks = [{ permission: "backups_read", path: /backups/ }];
    const error = await refusal(listBackups(api, platform.project.ref));
    expect(error.missingPermissions).toEqual(["backups_read"]);
    expect(error.message).toContain("it lacks backups_read");
  });

  test("a page of a proxy is not repeated, and no token is in any message", async () => {
    platform.fail({ path: /backups/, with: { status: 403, body: `<html>${platformToken}</html>` } });
    const error = await refusal(listBackups(api, platform.project.ref));
    expect(error.message).not.toContain("html");
    expect(redact(`Bearer ${platformToken}`)).toBe("Bearer ***");
  });
});

describe("what passes is tried again", () => {
  test.each([
    ["a faulty server", { status: 503 }],
    ["a connection that breaks", "reset"],
    ["half of an answer", "malformed"],
    ["too many requests", { status: 429, headers: { "x-ratelimit-reset": "0.05" } }],
  ] as const)("%s, twice", async (_what, how) => {
    platform.fail({ path: /backups/, times: 2, with: how });
    expect((await listBackups(api, platform.project.ref)).backups).toHaveLength(7);
  });

  test.each([
    ["a faulty server", { status: 500 }, "platform.server_fault"],
    ["half of an answer", "malformed", "platform.malformed"],
    ["a server that never answers", "hang", "platform.too_slow"],
  ] as const)("%s, until the time is over", async (_what, how, id) => {
    platform.fail({ path: /backups/, with: how });
    expect((await refusal(listBackups(open(0.3), platform.project.ref))).id).toBe(id);
  });

  test("the limit's headers are honoured before it is reached: no request is refused", async () => {
    platform.rate = { limit: 3, windowMs: 120 };
    const before = platform.requests.length;
    for (let n = 0; n < 7; n++) await listBackups(api, platform.project.ref);
    expect(platform.requests.slice(before).map(({ status }) => status)).toEqual(Array(7).fill(200));
  });

  test("a limit that opens too late ends at once, and says when", async () => {
    platform.fail({ path: /backups/, with: { status: 429, headers: { "retry-after": "600" } } });
    const error = await refusal(listBackups(api, platform.project.ref));
    expect(error).toMatchObject({ id: "platform.rate_limited", againAfter: 600 });
  });

  test("a person who stops it is obeyed", async () => {
    const stop = new AbortController();
    platform.fail({ path: /backups/, with: "hang" });
    const work = listBackups(open(30, platformToken, stop.signal), platform.project.ref);
    stop.abort(new Error("stopped"));
    await expect(work).rejects.toThrow("stopped");
  });
});

describe("a POST that may have happened is looked for, never sent blindly", () => {
  const order = {
    name: "stand-in",
    organization: "inner-odyssey-org",
    region: "eu-central-1",
    databasePassword: "pw-canary-1",
  };

  test("a project whose answer was lost is found, and made once", async () => {
    platform.fail({ method: "POST", path: /projects$/, times: 1, with: "lost" });
    const made = await createProject(api, order);
    expect((await listProjects(api)).filter(({ name }) => name === order.name)).toHaveLength(1);
    expect((await waitUntilHealthy(api, made.ref, 5)).status).toBe("ACTIVE_HEALTHY");
    await deleteProject(api, made.ref);
    await deleteProject(api, made.ref);
  });

  test("what did not happen is done again", async () => {
    platform.fail({ method: "POST", path: /branches$/, times: 1, with: "reset" });
    const branch = await createBranchWithData(api, platform.project.ref, "once");
    expect(await listBranches(api, platform.project.ref)).toHaveLength(1);
    platform.fail({ method: "DELETE", path: /branches/, times: 1, with: "lost" });
    await deleteBranch(api, branch.id);
    expect(await listBranches(api, platform.project.ref)).toEqual([]);
  });

  test("a restore whose answer was lost has begun where the project is restoring", async () => {
    const now = Math.floor(Date.now() / 1000);
    platform.project.pitr = { enabled: true, earliest: now - 7 * 86_400, latest: now - 60 };
    platform.fail({ method: "POST", path: /restore-pitr/, times: 1, with: "lost" });
    await restoreToPointInTime(api, platform.project.ref, new Date((now - 3600) * 1000));
    expect(platform.project.restoredTo).toEqual([now - 3600]);
    expect((await getProject(api, platform.project.ref)).status).toBe("RESTORING");
    await waitUntilHealthy(api, platform.project.ref, 5);
  });

  test("a restore that nobody can be sure of is not started twice", async () => {
    const before = asked("POST", "restore-pitr");
    platform.fail({ method: "POST", path: /restore-pitr/, with: { status: 502 } });
    const error = await refusal(restoreToPointInTime(api, platform.project.ref, new Date()));
    expect(error.id).toBe("platform.uncertain");
    expect(asked("POST", "restore-pitr") - before).toBe(1);
  });

  test("a second outside the window is refused in the API's own words", async () => {
    const error = await refusal(restoreToPointInTime(api, platform.project.ref, new Date("2020-01-01T00:00:00Z")));
    expect(error.message).toContain("must be within range");
    platform.project.pitr = { enabled: false };
  });
});

test("keys, secrets and the hostname are rotated step by step", async () => {
  const { ref } = platform.project;
  platform.fail({ method: "POST", path: /api-keys/, times: 1, with: "lost" });
  const key = await createApiKey(api, ref, { type: "secret", name: "after_attack" });
  expect(redact(key.api_key ?? "none")).toBe("***");
  await deleteApiKey(api, ref, key.id ?? "", { compromised: true, text: "attack" });
  expect((await listApiKeys(api, ref)).map(({ name }) => name)).not.toContain("after_attack");
  await setLegacyKeys(api, ref, false);
  expect(platform.project.legacyKeys).toBe(false);

  const standby = await createStandbyKey(api, ref, "ES256");
  await setSigningKey(api, ref, standby.id, "in_use");
  const before = platform.project.signingKeys.find(({ status }) => status === "previously_used");
  await setSigningKey(api, ref, before?.id ?? "", "revoked");
  expect(platform.project.signingKeys.map(({ status }) => status).sort()).toEqual(["in_use", "revoked"]);

  await setSecrets(api, ref, { STRIPE_KEY: "canary-secret-value" });
  expect((await listSecrets(api, ref)).map(({ name }) => name)).toEqual(["STRIPE_KEY"]);
  await initializeHostname(api, ref, "api.example.org");
  await reverifyHostname(api, ref);
  expect((await activateHostname(api, ref)).status).toBe("5_services_reconfigured");
});

test.each([
  [{ SUPABASE_ACCESS_TOKEN: "" }, "platform.token_missing"],
  [{ SUPABASE_PROJECT_REF: "" }, "platform.ref_missing"],
  [{ SUPABASE_PROJECT_REF: "https://supabase.com/x" }, "platform.bad_ref"],
  [{ SUPABASE_API_URL: "http://api.supabase.com" }, "platform.bad_url"],
])("settings %o are refused", (wrong, id) => {
  const environment = { ...platform.env, ...wrong };
  expect(() => platformAccess(environment, usualNames, never)).toThrow(expect.objectContaining({ id }));
});

test("what the API answers is parsed, and the message holds no value of it", async () => {
  const answer = z.array(z.object({ name: z.int() }));
  const work = open(0.2).call({ method: "GET", path: "/v1/projects", answer });
  expect((await refusal(work)).message).toMatch(/0\.name: Invalid input/);
});
