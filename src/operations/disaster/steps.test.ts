import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { gatewayOf } from "../../../test/support/supabase-gateway.ts";
import { supabasePlatform } from "../../../test/support/supabase-platform/server.ts";
import { systemClock } from "../../base/clock.ts";
import { silentProgress } from "../../base/progress.ts";
import { platformAccess, usualNames } from "../../supabase/management/settings.ts";
import type { UseCaseContext } from "../context.ts";
import { loadSubject } from "../subject.ts";
import { makeKeys, revokeKeys } from "./platform-keys.ts";
import { ownProject, rehearsedPlatform } from "./rehearsal/platform.ts";
import { signEverybodyOut } from "./sign-out.ts";
import { type DisasterOptions, hookStep } from "./site.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ithaca-steps-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const contextOf = (environment: Readonly<Record<string, string>>): UseCaseContext => ({
  environment,
  clock: systemClock,
  progress: silentProgress,
  signal: new AbortController().signal,
  workingDirectory: folder,
});
const options: DisasterOptions = { plan: "ithaca.yaml" };
const plan = (disaster: string) =>
  writeFile(
    join(folder, "ithaca.yaml"),
    `version: 1\ndatabases: {shop: {platform: postgres, disaster: ${disaster}}}\n`,
  );

test("a rehearsal on a platform of one's choice makes a project there and deletes it; the one in use stays as it is", async () => {
  await using platform = await supabasePlatform();
  await plan("{}");
  const before = JSON.stringify(platform.project.apiKeys);
  const context = contextOf(platform.env);
  const subject = await loadSubject(context, options);
  const given = { context, subject, options: options, reports: folder };
  await using stack = new AsyncDisposableStack();
  const { site, notCovered } = await rehearsedPlatform(given, stack);
  expect(notCovered).toEqual([]);
  const { own } = await ownProject(site, stack);
  expect([...platform.world.projects.keys()]).toEqual([platform.project.ref, own]);
  await stack.disposeAsync();
  expect([...platform.world.projects.keys()]).toEqual([platform.project.ref]);
  expect(JSON.stringify(platform.project.apiKeys)).toBe(before);
});

test("a rehearsal runs the team's commands only where the plan says that they harm nobody, and tells them so", async () => {
  const context = contextOf({});
  const step = async () => {
    const subject = await loadSubject(context, options);
    return await hookStep({ context, subject, options, reports: folder }, "keys", {}, true);
  };
  await plan("{hooks: {keys: 'env > rehearsed.env'}}");
  expect(await step()).toMatchObject({ state: "by_hand", says: expect.stringContaining("rehearse_hooks") });
  await plan("{hooks: {keys: 'env > rehearsed.env'}, rehearse_hooks: true}");
  expect(await step()).toMatchObject({ state: "done" });
  expect(await readFile(join(folder, "rehearsed.env"), "utf8")).toContain("ITHACA_REHEARSAL=1");
  await plan("{hooks: {keys: 'exit 7'}, rehearse_hooks: true}");
  await expect(step()).rejects.toMatchObject({ id: "disaster.hook_failed" });
});

test("who signs in again between signing out and looking is found", async () => {
  await using database = await testDatabase();
  const table = (name: string) => `CREATE TABLE auth.${name} (id int);`;
  await database.session.query(`CREATE SCHEMA auth;
    CREATE TABLE auth.users (encrypted_password text, confirmation_token text, recovery_token text,
      email_change_token_new text, email_change_token_current text, phone_change_token text, reauthentication_token text);
    ${["refresh_tokens", "sessions", "one_time_tokens", "flow_state"].map(table).join("\n")}
    INSERT INTO auth.users VALUES ('$2a$10$abcdefghijklmnopqrstuv'), (''), (NULL); INSERT INTO auth.sessions VALUES (1);
    -- Who signs in by mail only has no password, and a mail that is under way still lets somebody in.
    INSERT INTO auth.users (recovery_token) VALUES ('canary-mail')`);
  expect(await signEverybodyOut(database.target)).toMatchObject({
    state: "done",
    says: expect.stringMatching(/^1 passwords/),
  });
  expect(await database.session.query("SELECT FROM auth.users WHERE recovery_token = 'canary-mail'")).toEqual([]);
  // A device that keeps its session, whatever is deleted.
  await database.session.query(`CREATE FUNCTION auth.kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER kept BEFORE DELETE ON auth.sessions FOR EACH ROW EXECUTE FUNCTION auth.kept()`);
  await database.session.query("INSERT INTO auth.sessions VALUES (2)");
  await expect(signEverybodyOut(database.target)).rejects.toMatchObject({
    id: "disaster.not_signed_out",
    message: expect.stringContaining("1 sessions"),
  });
});

test("a gateway that does not answer is no proof, and one that still lets an old key in is a fault", async () => {
  await using platform = await supabasePlatform();
  await using gateway = await gatewayOf(platform);
  const { api, ref } = platformAccess(platform.env, usualNames, new AbortController().signal);
  const made = await makeKeys(api, ref, undefined);
  const suffix = made.facts?.key_suffix ?? "";
  const { signal } = contextOf({});
  gateway.blind = true;
  const refused = revokeKeys(api, ref, suffix, {
    environment: { SUPABASE_GATEWAY_URL: gateway.url },
    signal,
    patience: 0,
  });
  await expect(refused).rejects.toMatchObject({ id: "disaster.new_key_refused" });
  platform.project.legacyKeys = true;
  Object.assign(gateway, { blind: false, deaf: true });
  const environment = { SUPABASE_GATEWAY_URL: gateway.url };
  const deaf = revokeKeys(api, ref, suffix, { environment, signal, patience: 0 });
  await expect(deaf).rejects.toMatchObject({ id: "disaster.key_left" });
  const away = { SUPABASE_GATEWAY_URL: "http://127.0.0.1:9/{ref}" };
  const unknown = await revokeKeys(api, ref, suffix, { environment: away, signal });
  expect(unknown).toMatchObject({ state: "waiting", says: expect.stringContaining("Inconclusive") });
});
