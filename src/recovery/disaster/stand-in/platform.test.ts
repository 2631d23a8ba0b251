import { expect, test } from "vitest";
import { operationFor } from "../../../../test/support/supabase-platform/contract.ts";
import { standInPlatform } from "./platform.ts";

const body = (value: unknown) => ({ body: JSON.stringify(value) });
const order = {
  name: "x",
  organization_slug: "ours",
  db_pass: "long enough",
  region_selection: { type: "specific", code: "eu-central-1" },
};

test("the stand-in of rehearsals answers as the API documents it, and lets nobody in without its token", async () => {
  await using platform = await standInPlatform(() => new Date("2026-11-22T03:00:00Z"));
  const { url, token, project } = platform;
  const ask = (method: string, path: string, sent: RequestInit = {}, bearer = token) =>
    fetch(`${url}${path}`, { method, ...sent, headers: { authorization: `Bearer ${bearer}` } });
  const of = `/v1/projects/${project.ref}`;
  const key = project.keys.at(-1)?.id ?? "";
  const calls: [string, string, RequestInit?][] = [
    ["GET", "/v1/projects"],
    ["POST", "/v1/projects", body(order)],
    ["GET", of],
    ["GET", `${of}/health?services=auth,rest&timeout_ms=10000`],
    ["GET", `${of}/api-keys?reveal=true`],
    ["POST", `${of}/api-keys?reveal=true`, body({ type: "secret", name: "server_1" })],
    ["DELETE", `${of}/api-keys/${key}?was_compromised=true&reason=attack`],
    ["GET", `${of}/api-keys/legacy`],
    ["PUT", `${of}/api-keys/legacy?enabled=false`],
    ["GET", `${of}/config/auth/signing-keys`],
    ["POST", `${of}/config/auth/signing-keys`, body({ algorithm: "ES256", status: "standby" })],
    ["PATCH", `${of}/config/auth/signing-keys/${project.signing[0]?.id}`, body({ status: "previously_used" })],
    ["GET", `${of}/secrets`],
    ["POST", `${of}/secrets`, body([{ name: "MAIL_KEY", value: "x" }])],
    ["DELETE", of],
  ];
  for (const [method, path, sent] of calls) {
    const { pathname, searchParams } = new URL(path, url);
    const operation = operationFor(method, pathname);
    expect(operation, `${method} ${path} is documented`).not.toBeNull();
    expect((await ask(method, path, sent, "wrong")).status).toBe(401);
    const response = await ask(method, path, sent);
    expect(response.status, `${method} ${path}`).toBe(operation?.status);
    const text = await response.text();
    expect(operation?.answerFault(text === "" ? undefined : JSON.parse(text)), `${method} ${path}`).toBeNull();
    const asked = typeof sent?.body === "string" ? JSON.parse(sent.body) : undefined;
    expect(operation?.requestFault(searchParams, asked), `${method} ${path}`).toBeNull();
  }
  expect((await ask("GET", `${of}/unknown`)).status).toBe(404);
});
