import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { scratchDirectory } from "../base/scratch.ts";
import { postgresErrors } from "./errors.ts";
import { describeTarget } from "./target.ts";
import type { Target } from "./types.ts";

/** Variables for PostgreSQL's own programs. Disposing removes the password's file. */
export interface LibpqEnvironment extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Makes the environment in which psql, pg_dump and the like reach a target without any argument. The password stands
 * in a file that only this user can read (mode 0600), so neither `ps` nor `/proc` shows it. Pass `--no-password` too,
 * so that a tool without a password fails instead of asking.
 */
export async function libpqEnvironment(target: Target): Promise<LibpqEnvironment> {
  if (target.password === undefined) {
    return { env: await libpqVariables(target, "/nonexistent/pgpass"), async [Symbol.asyncDispose]() {} };
  }
  const scratch = await scratchDirectory("pgpass");
  try {
    const env = await libpqVariables(target, await writePasswordFile(scratch.path, target));
    return { env, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() };
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

/** Writes a target's password file into a directory of ours and gives its path. */
export async function writePasswordFile(directory: string, target: Target): Promise<string> {
  const path = join(directory, "pgpass");
  await writeFile(path, passwordFile(target), { mode: 0o600, flag: "wx" });
  return path;
}

/**
 * The text of a password file: one line that fits every database of the server, since pg_dumpall visits several.
 * libpq looks up the default socket directory under the name `localhost`, whatever it is, so a socket gets a second line.
 */
export function passwordFile(target: Target): string {
  const password = target.password ?? "";
  if (/[\r\n\0]/.test(password)) throw postgresErrors.unwritable_password({ where: describeTarget(target) });
  const field = (text: string) => text.replaceAll(/[\\:]/g, "\\$&");
  const line = (host: string) => `${field(host)}:${target.port}:*:${field(target.user)}:${field(password)}\n`;
  return target.host.startsWith("/") ? line(target.host) + line("localhost") : line(target.host);
}

/** The variables themselves; none of them is secret. */
export async function libpqVariables(target: Target, passwordFile: string): Promise<Record<string, string>> {
  const verifies = target.sslmode.startsWith("verify");
  const rootCertificate = target.sslrootcert ?? (verifies ? await systemCertificates() : undefined);
  return {
    PGHOST: target.host,
    PGPORT: String(target.port),
    PGUSER: target.user,
    PGDATABASE: target.database,
    PGPASSFILE: passwordFile,
    PGSSLMODE: target.sslmode,
    ...(rootCertificate === undefined ? {} : { PGSSLROOTCERT: rootCertificate }),
    ...(target.options === undefined ? {} : { PGOPTIONS: target.options }),
    PGAPPNAME: "ithaca",
    PGCONNECT_TIMEOUT: "15",
    PGCLIENTENCODING: "UTF8",
    // A search for Kerberos tickets costs a second on some machines and helps nobody here.
    PGGSSENCMODE: "disable",
  };
}

/** Where systems keep the authorities that they trust. libpq before 16 does not know `sslrootcert=system`. */
const bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/** The system's bundle of trusted authorities, or `system` where none is in a known place. */
export async function systemCertificates(): Promise<string> {
  for (const bundle of bundles) {
    const there = await access(bundle).then(
      () => true,
      () => false,
    );
    if (there) return bundle;
  }
  return "system";
}
