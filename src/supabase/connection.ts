import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Target } from "../postgres/types.ts";
import { supabaseErrors } from "./errors.ts";
import { listPoolers } from "./management/database.ts";
import type { PlatformAccess } from "./management/settings.ts";

/** Session mode; transaction mode, on 6543, has no session to hold a snapshot in. */
const sessionPort = 5432;

/**
 * The session pooler of a project's primary database: reachable by IPv4, which the direct host is not, and with one
 * server session for each connection.
 *
 * @param sslrootcert path of the provider's root certificate; without it TLS cannot be verified, and must be
 * @throws supabase.no_pooler, PlatformError
 */
export async function sessionPooler(
  { api, ref }: PlatformAccess,
  options: { readonly password?: string | undefined; readonly sslrootcert?: string | undefined } = {},
): Promise<Target> {
  const pooler = (await listPoolers(api, ref)).find(({ database_type: type }) => type === "PRIMARY");
  if (pooler === undefined) throw supabaseErrors.no_pooler({ ref });
  const suffix = `.${ref}`;
  return {
    host: pooler.db_host,
    port: sessionPort,
    database: pooler.db_name,
    // The pooler serves many projects and tells them apart by the name of the user.
    user: pooler.db_user.endsWith(suffix) ? pooler.db_user : `${pooler.db_user}${suffix}`,
    sslmode: "verify-full",
    ...(options.password === undefined ? {} : { password: options.password }),
    ...(options.sslrootcert === undefined ? {} : { sslrootcert: options.sslrootcert }),
  };
}

/** The connection string of a pooler with a placeholder where the password belongs: it is typed into a secret, never shown. */
export function urlWithPlaceholder({ host, port, database, user, sslrootcert }: Target): string {
  const certificate = sslrootcert === undefined ? "" : `&sslrootcert=${encodeURIComponent(sslrootcert)}`;
  const name = encodeURIComponent(user);
  return `postgres://${name}:[YOUR-PASSWORD]@${host}:${port}/${encodeURIComponent(database)}?sslmode=verify-full${certificate}`;
}

/** What is known of a root certificate. */
export interface RootCertificate {
  readonly subject: string;
  /** ISO 8601 UTC. */
  readonly validUntil: string;
  /** SHA-256, to be compared with what the provider publishes. */
  readonly fingerprint: string;
}

/**
 * Reads the provider's root certificate. Ithaca ships none: whom a connection trusts is for the team to decide, from
 * the dashboard of its own project.
 *
 * @throws supabase.bad_certificate: it cannot be read, is no authority, or has run out
 */
export async function readRootCertificate(path: string, now: Date): Promise<RootCertificate> {
  const refuse = (why: string, cause?: unknown) => supabaseErrors.bad_certificate({ path, why }, { cause });
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw refuse("it cannot be read", cause);
  }
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(text);
  } catch (cause) {
    throw refuse("it is no certificate in PEM form", cause);
  }
  if (!certificate.ca) throw refuse("it is a server's certificate, not an authority's");
  const validUntil = new Date(certificate.validTo);
  if (validUntil < now) throw refuse(`it ran out on ${validUntil.toISOString().slice(0, 10)}`);
  return {
    subject: certificate.subject.replaceAll("\n", ", "),
    validUntil: validUntil.toISOString(),
    fingerprint: certificate.fingerprint256,
  };
}
