import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { supabasePlatform } from "../../test/support/supabase-platform/server.ts";
import { run } from "../base/child-process.ts";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { redact } from "../base/redact.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { refuseIpv6Only } from "../postgres/ipv6.ts";
import { parseTarget } from "../postgres/target.ts";
import { urlWithPlaceholder } from "../supabase/connection.ts";
import { connection } from "./connection.ts";

const context = (folder: string, environment: Record<string, string>) => ({
  environment,
  clock: systemClock,
  progress: silentProgress,
  signal: new AbortController().signal,
  workingDirectory: folder,
});

test("from a ref to the session pooler, verified by the certificate that the plan names", async () => {
  await using folder = await scratchDirectory("connection");
  await using platform = await supabasePlatform();
  const { ref, pooler } = platform.project;
  const plan = (more: string) =>
    writeFile(join(folder.path, "ithaca.yaml"), `version: 1\ndatabases:\n  shop:\n    platform: supabase\n${more}`);
  const direct = `postgres://postgres:canary-db-password@db.${ref}.supabase.co:6543/postgres`;
  const ask = () =>
    connection(context(folder.path, { ...platform.env, ITHACA_DATABASE_URL: direct }), { plan: "ithaca.yaml" });

  await plan("");
  const bare = await ask();
  expect(bare).toMatchObject({
    port: 5432,
    host: pooler.host,
    user: `postgres.${ref}`,
    certificate: null,
    tried: null,
  });
  expect(bare.url).toBe(`postgres://postgres.${ref}:[YOUR-PASSWORD]@${pooler.host}:5432/postgres?sslmode=verify-full`);
  expect(redact(bare.url)).toBe(bare.url);
  expect(bare.notes.join(" ")).toContain("No root certificate is named");
  expect(bare.current).toMatch(/transaction mode.*5432/);
  expect(JSON.stringify(bare)).not.toContain("canary-db-password");

  await plan("    managed: {ca_file: ca.crt}\n");
  const at = join(folder.path, "ca.crt");
  await expect(ask()).rejects.toThrow(/ca\.crt cannot be the root certificate.*cannot be read.*download it again/);
  await writeFile(at, "no certificate");
  await expect(ask()).rejects.toThrow(/no certificate in PEM form/);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", `${at}.key`];
  const env = { env: { HOME: folder.path } };
  await run(
    "openssl",
    [
      "req",
      "-x509",
      "-days",
      "2",
      ...key,
      "-out",
      at,
      "-subj",
      "/CN=leaf",
      "-addext",
      "basicConstraints=critical,CA:FALSE",
    ],
    env,
  );
  await expect(ask()).rejects.toThrow(/not an authority's/);
  await run("openssl", ["req", "-x509", "-days", "2", ...key, "-out", at, "-subj", "/CN=Stand-in root"], env);
  const verified = await ask();
  expect(verified.certificate).toMatchObject({ subject: "CN=Stand-in root" });
  expect(verified.url).toMatch(/sslmode=verify-full&sslrootcert=ca\.crt$/);
  // What is told can be read back once the password is in it.
  expect(parseTarget(verified.url.replace("[YOUR-PASSWORD]", "pw-canary"), "X")).toMatchObject({
    sslmode: "verify-full",
    port: 5432,
  });
});

const target = parseTarget("postgres://u:p-canary@db.abcdefghijklmnopqrst.supabase.co/postgres", "X");
const network = (hasIpv6: boolean, ...addresses: string[]) => ({
  hasIpv6: () => hasIpv6,
  addresses: () => Promise.resolve(addresses),
});

test("a host with IPv6 alone is refused where this machine has none", async () => {
  await expect(refuseIpv6Only(target, network(false, "2a05:d014::1"))).rejects.toThrow(
    /IPv6 addresses only.*session pooler/,
  );
  for (const fine of [network(true, "2a05:d014::1"), network(false, "2a05:d014::1", "3.4.5.6"), network(false)]) {
    await refuseIpv6Only(target, fine);
  }
  await refuseIpv6Only({ ...target, host: "/run/postgresql" }, network(false, "2a05:d014::1"));
});

test("a user and a database of odd names are encoded", () => {
  expect(urlWithPlaceholder({ ...target, user: "a b", database: "x/y" })).toContain(
    "postgres://a%20b:[YOUR-PASSWORD]@",
  );
});
