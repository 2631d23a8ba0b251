import type { IthacaError } from "../base/errors.ts";
import { redact } from "../base/redact.ts";
import { postgresErrors } from "./errors.ts";
import { describeTarget } from "./target.ts";
import type { Target } from "./types.ts";

interface Fault {
  readonly code: string;
  readonly message: string;
}

/** What a driver threw: a code (SQLSTATE or Node's) where it has one, and its first words. */
export function faultOf(thrown: unknown): Fault {
  const code = thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code, message: redact(message) };
}

/** SQLSTATEs have five characters; what Node reports (ECONNREFUSED, ENOTFOUND, ...) has more, but for EPIPE and the like. */
export function isSqlstate(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && code !== "EPIPE";
}

/** The server has no TLS: pg's own words, which carry no code. */
export function lacksTls(thrown: unknown): boolean {
  return faultOf(thrown).message === "The server does not support SSL connections";
}

/** OpenSSL's and Node's codes for a certificate that does not prove what it should, in plain words. */
const untrusted: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate comes from an authority that is not trusted here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate comes from an authority that is not trusted here",
  UNABLE_TO_GET_ISSUER_CERT: "its certificate comes from an authority that is not trusted here",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate comes from an authority that is not trusted here",
  CERT_SIGNATURE_FAILURE: "its certificate has a wrong signature",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is made out to another host",
};

/** One clear sentence for a connection that could not be made. */
export function connectFault(target: Target, thrown: unknown, timeout: number): IthacaError {
  const where = describeTarget(target);
  const { code, message } = faultOf(thrown);
  const options = { cause: thrown };
  const distrust = untrusted[code];
  if (distrust !== undefined) return postgresErrors.tls_untrusted({ where, why: distrust }, options);
  if (lacksTls(thrown)) return postgresErrors.tls_unavailable({ where, sslmode: target.sslmode }, options);
  if (/timeout/i.test(message) && !isSqlstate(code)) {
    return postgresErrors.timeout({ where, seconds: timeout / 1000 }, options);
  }
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return postgresErrors.unknown_host({ where, host: target.host }, options);
    case "ECONNREFUSED":
      return postgresErrors.unreachable({ where, why: "nothing listens on that port (ECONNREFUSED)" }, options);
    case "ENETUNREACH":
    case "EHOSTUNREACH":
    case "EADDRNOTAVAIL":
      return postgresErrors.no_route({ where, why: code }, options);
    case "ENOENT":
      return postgresErrors.unreachable({ where, why: "there is no such socket (ENOENT)" }, options);
    case "ETIMEDOUT":
      return postgresErrors.timeout({ where, seconds: timeout / 1000 }, options);
    case "28P01":
      return postgresErrors.wrong_password({ where, user: target.user }, options);
    case "28000":
      return /no pg_hba\.conf entry|pg_hba\.conf rejects/.test(message)
        ? postgresErrors.tls_required({ where, why: message }, options)
        : postgresErrors.refused({ where, why: message }, options);
    case "3D000":
      return postgresErrors.unknown_database({ where, database: target.database }, options);
    case "53300":
      return postgresErrors.too_many_connections({ where, why: message }, options);
    case "57P03":
      return postgresErrors.not_ready({ where, why: message }, options);
  }
  if (/client password must be|no password supplied/i.test(message)) {
    return postgresErrors.refused({ where, why: "it asks for a password, and there is none" }, options);
  }
  return isSqlstate(code)
    ? postgresErrors.refused({ where, why: message }, options)
    : postgresErrors.unreachable({ where, why: message || code }, options);
}

/** Class 08, and the server's own reasons to end a session. */
const sessionEnded = /^(08...|57P01|57P02|57P03|57P05|25P03|25P04)$/;
const socketBroke = /^(ECONNRESET|EPIPE|ETIMEDOUT|ECONNABORTED|ENETDOWN|EHOSTUNREACH|ENETUNREACH)$/;
const driverSaysSo = /Connection terminated|not queryable|connection error|Client was closed|Connection ended/i;

/** The sentence for a connection that broke during a query, or null where the query itself is at fault. */
export function lossOf(target: Target, thrown: unknown): IthacaError | null {
  const { code, message } = faultOf(thrown);
  const lost = sessionEnded.test(code) || socketBroke.test(code) || (code === "" && driverSaysSo.test(message));
  if (!lost) return null;
  return postgresErrors.connection_lost({ where: describeTarget(target), why: message }, { cause: thrown });
}
