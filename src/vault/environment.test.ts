import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { redact } from "../base/redact.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { resticSettings } from "./environment.ts";

const minimal = { RESTIC_REPOSITORY: "/vault", RESTIC_PASSWORD: "canary-environment" };

test.each([
  [{}, ["RESTIC_REPOSITORY", "RESTIC_PASSWORD"]],
  [{ RESTIC_PASSWORD: "x" }, ["RESTIC_REPOSITORY"]],
  [{ RESTIC_REPOSITORY: "/vault", RESTIC_PASSWORD: "" }, ["RESTIC_PASSWORD"]],
])("what is missing is named at once: %j", (environment, names) => {
  const said = `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} not set`;
  expect(() => resticSettings(environment)).toThrow(
    expect.objectContaining({
      id: "vault.not_configured",
      kind: "surroundings",
      message: expect.stringContaining(said),
    }),
  );
});

test("a password may come from a file or a command", () => {
  const { RESTIC_PASSWORD: _password, ...rest } = minimal;
  expect(resticSettings({ ...rest, RESTIC_PASSWORD_FILE: "pass" }).environment.RESTIC_PASSWORD_FILE).toBe(
    resolve("pass"),
  );
  expect(resticSettings({ ...rest, RESTIC_PASSWORD_COMMAND: "/bin/pass vault" }).environment).toMatchObject({
    RESTIC_PASSWORD_COMMAND: "/bin/pass vault",
  });
});

test("only restic's own variables reach restic", () => {
  const { environment } = resticSettings({
    ...minimal,
    AWS_SECRET_ACCESS_KEY: "canary-aws-secret",
    RESTIC_COMPRESSION: "max",
    RESTIC_HOST: "somebody",
    RESTIC_FROM_PASSWORD: "other",
    ITHACA_DATABASE_URL: "postgres://u:canary-db@h/d",
    GITHUB_TOKEN: "canary-github",
  });
  expect(environment).toMatchObject({ AWS_SECRET_ACCESS_KEY: "canary-aws-secret", RESTIC_COMPRESSION: "max" });
  const names = ["RESTIC_HOST", "RESTIC_FROM_PASSWORD", "ITHACA_DATABASE_URL", "GITHUB_TOKEN"];
  for (const name of names) expect(environment).not.toHaveProperty(name);
});

test("no secret is an argument, and all of them are redacted", () => {
  const settings = resticSettings({
    ...minimal,
    RESTIC_REPOSITORY: "rest:https://ithaca:canary%2Furl@vault.example.org/app",
    B2_ACCOUNT_KEY: "canary-b2-key",
    AZURE_ACCOUNT_SAS: "canary-azure-sas",
  });
  expect(settings.repository).toBe("rest:https://ithaca:***@vault.example.org/app");
  expect(settings.options.join(" ")).not.toContain("canary");
  expect(redact("canary-environment canary-b2-key canary-azure-sas canary%2Furl canary/url")).toBe(
    "*** *** *** *** ***",
  );
});

test.each([
  ["rest:http://user:canary-slash/second-piece@host:8000/", "rest:http://user:***@host:8000/"],
  ["rest:http://user:canary-hash#second-piece@host:8000/", "rest:http://user:***@host:8000/"],
  ["rest:http://user:canary-question?second-piece@host:8000/", "rest:http://user:***@host:8000/"],
  ["http://user:canary-bare/second-piece@host:8000/", "http://user:***/***@host:8000/"],
  ["rest:https://host:8000/backups/nightly@home", "rest:https://host:***@home"],
])("of a password that is not quoted, no piece is told: %s", (written, shown) => {
  expect(resticSettings({ ...minimal, RESTIC_REPOSITORY: written }).repository).toBe(shown);
  const told = redact(`invalid port ":${written.split(/[/?#]/)[2]?.split(":")[1]}" after host; second-piece; backups`);
  expect(told).not.toMatch(/canary/);
  expect(told).toContain("backups");
  if (written.includes("second-piece")) expect(told).not.toContain("second-piece");
});

test.each([
  ["vault", resolve("vault")],
  ["local:vault", `local:${resolve("vault")}`],
  ["s3:s3.amazonaws.com/bucket", "s3:s3.amazonaws.com/bucket"],
  ["foo:bar", "foo:bar"],
])("%s is where it is, wherever restic runs", (written, meant) => {
  expect(resticSettings({ ...minimal, RESTIC_REPOSITORY: written }).environment.RESTIC_REPOSITORY).toBe(meant);
});

test("a repository may stand in a file", async () => {
  await using scratch = await scratchDirectory("environment-test");
  const file = join(scratch.path, "repository");
  await writeFile(file, "sftp:backup@host:/vault\n");
  const { RESTIC_REPOSITORY: _repository, ...rest } = minimal;
  expect(resticSettings({ ...rest, RESTIC_REPOSITORY_FILE: file }).repository).toBe("sftp:backup@host:/vault");
  expect(() => resticSettings({ ...rest, RESTIC_REPOSITORY_FILE: `${file}x` })).toThrow("RESTIC_REPOSITORY_FILE");
});

test("no cache unless one is asked for", () => {
  expect(resticSettings(minimal).options).toContain("--no-cache");
  expect(resticSettings({ ...minimal, RESTIC_CACHE_DIR: "/cache" }).options).not.toContain("--no-cache");
  expect(resticSettings({ ...minimal, RESTIC_CACERT: "/ca.pem" }).options).toContain("/ca.pem");
});

test("a file that should name the repository and cannot be read is named", () => {
  const gone = { RESTIC_REPOSITORY_FILE: "/nowhere/repository", RESTIC_PASSWORD: "canary-environment" };
  expect(() => resticSettings(gone)).toThrow(
    expect.objectContaining({
      id: "vault.unreadable_setting",
      message: expect.stringMatching(/RESTIC_REPOSITORY_FILE.*ENOENT/),
    }),
  );
});
