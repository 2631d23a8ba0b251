import { readFile } from "node:fs/promises";
import type { ConnectionOptions } from "node:tls";
import { postgresErrors } from "./errors.ts";
import { systemCertificates } from "./libpq-environment.ts";
import type { Target } from "./types.ts";

/**
 * How a target wants TLS, in libpq's meaning of `sslmode`: `require` verifies nothing, unless a root certificate is
 * named; `verify-ca` checks who signed, `verify-full` also for whom. A unix socket never has TLS.
 *
 * @returns false for a plain connection
 */
export async function tlsOptions(target: Target): Promise<false | ConnectionOptions> {
  if (target.sslmode === "disable" || target.host.startsWith("/")) return false;
  const verifies = target.sslmode.startsWith("verify") || target.sslrootcert !== undefined;
  if (!verifies) return { rejectUnauthorized: false };
  const ca = await rootCertificate(target);
  return {
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
    ...(target.sslmode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
  };
}

async function rootCertificate(target: Target): Promise<string | undefined> {
  const path = target.sslrootcert ?? (await systemCertificates());
  // Node brings authorities of its own for systems that keep theirs elsewhere.
  if (path === "system") return undefined;
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw postgresErrors.root_certificate({ path, why }, { cause });
  }
}
