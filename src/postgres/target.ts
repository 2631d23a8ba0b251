import { registerSecret } from "../base/redact.ts";
import { postgresErrors } from "./errors.ts";
import type { Target } from "./types.ts";

const sslmodes = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;

const shape =
  /^postgres(?:ql)?:\/\/(?:(?<userinfo>[^/?#]*)@)?(?<host>\[[^\]]*\]|[^:/?#]*)(?::(?<port>[^/?#]*))?(?:\/(?<database>[^?#]*))?(?:\?(?<query>[^#]*))?$/;

/** What may stand after the `?`; they win over what stands before it, as in libpq. */
const known = ["host", "port", "user", "password", "dbname", "sslmode", "sslrootcert"] as const;
/** Harmless, and in URLs that platforms hand out: taken and not needed. */
const ignored = ["application_name", "connect_timeout", "keepalives", "gssencmode", "target_session_attrs"];

/**
 * Reads a connection string (`postgres://user:password@host:5432/database?sslmode=verify-full`), and registers its
 * password as a secret. Special characters in it are percent-encoded; a unix socket is `?host=/run/postgresql`.
 *
 * @param name the environment variable that it came from, for messages: the value itself is never shown
 * @throws postgres.bad_url
 */
export function parseTarget(url: string, name: string): Target {
  const bad = (why: string) => postgresErrors.bad_url({ name, why });
  const decode = (text: string, what: string): string => {
    let decoded: string;
    try {
      decoded = decodeURIComponent(text);
    } catch {
      throw bad(`its ${what} has a % that begins no escape; write it as %25`);
    }
    if (decoded.includes("\0")) throw bad(`its ${what} holds a zero byte`);
    return decoded;
  };

  if (!/^postgres(ql)?:\/\//.test(url)) throw bad("it does not begin with postgres://");
  const parts = shape.exec(url.trim())?.groups;
  if (parts === undefined) {
    throw bad(
      "it cannot be parsed; special characters in the password must be percent-encoded (# is %23, / is %2F, ? is %3F)",
    );
  }
  const colon = (parts.userinfo ?? "").indexOf(":");
  const userinfo = parts.userinfo ?? "";
  const fields = new Map<string, string>([
    ["user", decode(colon < 0 ? userinfo : userinfo.slice(0, colon), "user")],
    ["password", colon < 0 ? "" : decode(userinfo.slice(colon + 1), "password")],
    ["host", decode((parts.host ?? "").replace(/^\[(.*)\]$/, "$1"), "host")],
    ["port", parts.port ?? ""],
    ["dbname", decode(parts.database ?? "", "database name")],
  ]);
  const asked = new Set<string>();
  for (const pair of (parts.query ?? "").split("&").filter((text) => text !== "")) {
    const equals = pair.indexOf("=");
    const key = decode(equals < 0 ? pair : pair.slice(0, equals), "query");
    if (asked.has(key)) throw bad(`${key} stands in it twice`);
    asked.add(key);
    if (key === "pgbouncer")
      throw bad("pgbouncer=true belongs to a pooler in transaction mode; use the session pooler's");
    if (ignored.includes(key)) continue;
    if (!known.some((parameter) => parameter === key)) {
      throw bad(`the parameter ${key} is not known; known are ${known.join(", ")}`);
    }
    fields.set(key, equals < 0 ? "" : decode(pair.slice(equals + 1), key === "password" ? "password" : "query"));
  }

  const field = (key: string) => fields.get(key) ?? "";
  const password = field("password");
  registerSecret(password);
  const missing = [
    ["host", "host"],
    ["user", "user"],
    ["dbname", "database"],
  ].find(([key = ""]) => field(key) === "");
  if (missing !== undefined) throw bad(`it has no ${missing[1]}`);
  if (field("host").includes(",")) throw bad("it names more than one host");
  const port = field("port") === "" ? 5432 : Number(field("port"));
  if (!/^\d*$/.test(field("port")) || port < 1 || port > 65_535) throw bad("its port is not a number from 1 to 65535");
  const asksFor = field("sslmode") || "prefer";
  const sslmode = sslmodes.find((mode) => mode === asksFor);
  if (sslmode === undefined) throw bad(`sslmode=${asksFor} is not known; use one of ${sslmodes.join(", ")}`);
  const sslrootcert = field("sslrootcert");
  return {
    host: field("host"),
    port,
    database: field("dbname"),
    user: field("user"),
    sslmode,
    ...(password === "" ? {} : { password }),
    ...(sslrootcert === "" || sslrootcert === "system" ? {} : { sslrootcert }),
  };
}

/** The connection string of a target, **with its password**: for a library that takes nothing else, never for output. */
export function urlWithPassword(target: Target): string {
  const part = encodeURIComponent;
  const password = target.password === undefined ? "" : `:${part(target.password)}`;
  const query = [
    ...(target.host.startsWith("/") ? [`host=${part(target.host)}`] : []),
    `sslmode=${target.sslmode}`,
    ...(target.sslrootcert === undefined ? [] : [`sslrootcert=${part(target.sslrootcert)}`]),
  ];
  const host = target.host.startsWith("/") ? "" : target.host.includes(":") ? `[${target.host}]` : part(target.host);
  return `postgres://${part(target.user)}${password}@${host}:${target.port}/${part(target.database)}?${query.join("&")}`;
}

/** Where a target is, without user or password: safe to print. */
export function describeTarget(target: Target): string {
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  return `${host}:${target.port}/${target.database}`;
}

/** The same server, another database. */
export function withDatabase(target: Target, database: string): Target {
  return { ...target, database };
}
