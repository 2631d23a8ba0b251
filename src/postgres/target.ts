import { parseIntoClientConfig } from "pg-connection-string";
import { registerSecret } from "../base/redact.ts";
import { postgresErrors } from "./errors.ts";
import type { Target } from "./types.ts";

const sslmodes = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;

/**
 * Reads a connection string (`postgres://user:password@host:5432/database?sslmode=verify-full`), and registers its
 * password as a secret.
 *
 * @param name the environment variable that it came from, for messages: the value itself is never shown
 */
export function parseTarget(url: string, name: string): Target {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw postgresErrors.bad_url({ name, why: "it does not begin with postgres://" });
  }
  let config: ReturnType<typeof parseIntoClientConfig>;
  let query: URLSearchParams;
  try {
    query = new URL(url.replace(/^postgres(ql)?:/, "http:")).searchParams;
    config = parseIntoClientConfig(url);
  } catch {
    throw postgresErrors.bad_url({ name, why: "it cannot be parsed as a URL" });
  }
  const sslmode = (query.get("sslmode") ?? "prefer") as Target["sslmode"];
  if (!sslmodes.includes(sslmode)) throw postgresErrors.bad_url({ name, why: `sslmode ${sslmode} is not known` });
  const host = config.host ?? "";
  if (host === "") throw postgresErrors.bad_url({ name, why: "it has no host" });
  if (!config.user) throw postgresErrors.bad_url({ name, why: "it has no user" });
  if (!config.database) throw postgresErrors.bad_url({ name, why: "it has no database" });
  const password = typeof config.password === "string" && config.password !== "" ? config.password : undefined;
  registerSecret(password);
  const sslrootcert = query.get("sslrootcert");
  return {
    host,
    port: config.port ?? 5432,
    database: config.database,
    user: config.user,
    sslmode,
    ...(password === undefined ? {} : { password }),
    ...(sslrootcert === null ? {} : { sslrootcert }),
  };
}

/** Where a target is, without user or password: safe to print. */
export function describeTarget(target: Target): string {
  return `${target.host}:${target.port}/${target.database}`;
}

/** The same server, another database. */
export function withDatabase(target: Target, database: string): Target {
  return { ...target, database };
}
