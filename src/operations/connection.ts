import { resolve } from "node:path";
import { IthacaError } from "../base/errors.ts";
import { registerSecret } from "../base/redact.ts";
import { refuseIpv6Only } from "../postgres/ipv6.ts";
import { connectToRead, refuseTransactionPooler } from "../postgres/pooler.ts";
import { readServerFacts } from "../postgres/server-facts.ts";
import { parseTarget } from "../postgres/target.ts";
import type { Target } from "../postgres/types.ts";
import {
  type RootCertificate,
  readRootCertificate,
  sessionPooler,
  urlWithPlaceholder,
} from "../supabase/connection.ts";
import { platformAccess, usualNames } from "../supabase/management/settings.ts";
import type { UseCaseContext } from "./context.ts";
import { loadSubject, type SubjectOptions } from "./subject.ts";

/** What `connection` tells: everything but the password. */
export interface ConnectionOutcome {
  readonly database: string;
  /** Where the connection string belongs. */
  readonly url_secret: string;
  /** With `[YOUR-PASSWORD]` where the password belongs. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly certificate: RootCertificate | null;
  /** What is wrong with the connection string that is set now, as a sentence; null where nothing is, or none is set. */
  readonly current: string | null;
  /** Null where no password was given to try it with. */
  readonly tried: { readonly ok: boolean; readonly says: string } | null;
  /** What people should know, as sentences. */
  readonly notes: readonly string[];
}

/** What the connection string that is set now has against it. */
async function faultOfCurrent(url: string | undefined, name: string): Promise<string | null> {
  if (url === undefined || url === "") return null;
  try {
    const target = parseTarget(url, name);
    refuseTransactionPooler(target);
    await refuseIpv6Only(target);
    return null;
  } catch (thrown) {
    if (thrown instanceof IthacaError) return thrown.message;
    throw thrown;
  }
}

async function attempt(target: Target): Promise<NonNullable<ConnectionOutcome["tried"]>> {
  try {
    await using session = await connectToRead(target);
    const { version } = await readServerFacts(session);
    return { ok: true, says: `PostgreSQL ${version} answers as ${target.user}` };
  } catch (thrown) {
    if (thrown instanceof IthacaError) return { ok: false, says: thrown.message };
    throw thrown;
  }
}

/**
 * From a project's ref to the connection string for backups: its session pooler, TLS verified to the host by the
 * provider's root certificate. The password is taken from `SUPABASE_DB_PASSWORD` alone, and only to try it.
 *
 * @throws PlatformError; supabase.bad_certificate
 */
export async function connection(context: UseCaseContext, options: SubjectOptions): Promise<ConnectionOutcome> {
  const { database, name } = await loadSubject(context, options);
  const { environment, progress, signal } = context;
  const access = platformAccess(environment, database.managed ?? usualNames, signal);
  const file = database.managed?.ca_file;
  const certificate =
    file === undefined ? null : await readRootCertificate(resolve(context.workingDirectory, file), context.clock.now());
  const password = environment.SUPABASE_DB_PASSWORD || undefined;
  registerSecret(password);
  const sslrootcert = file === undefined ? undefined : resolve(context.workingDirectory, file);
  const target = await progress.step("Ask Supabase for the session pooler", () =>
    sessionPooler(access, { password, sslrootcert }),
  );
  const { sslrootcert: _, ...shown } = target;
  return {
    database: name,
    url_secret: database.url_secret,
    url: urlWithPlaceholder(file === undefined ? shown : { ...shown, sslrootcert: file }),
    host: target.host,
    port: target.port,
    user: target.user,
    certificate,
    current: await faultOfCurrent(environment[database.url_secret], database.url_secret),
    tried: password === undefined ? null : await progress.step("Try it", () => attempt(target)),
    notes: [
      ...(file === undefined
        ? [
            "No root certificate is named, so the server cannot prove who it is: download it from the dashboard (Database → Settings → SSL configuration), put it beside the plan, and name it as managed.ca_file.",
          ]
        : []),
      "The password belongs into the secret alone: percent-encode its special characters, and type it into no command.",
      "The session pool has 15 connections by default; lower backup.connections in the plan if the application needs them.",
    ],
  };
}
