import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import { messageOf } from "../base/errors.ts";
import { redact } from "../base/redact.ts";
import { connect } from "../postgres/connect.ts";
import type { Session, Target } from "../postgres/types.ts";
import { supabaseErrors } from "./errors.ts";

/** The Supabase API over a copy. Disposing ends it. */
export interface LocalApi extends AsyncDisposable {
  /** Such as `http://127.0.0.1:41234`: what supabase-js calls the project's URL. */
  readonly url: string;
  /** The publishable key: a request with it is `anon`'s, or the signed-in user's. Random, and worth nothing elsewhere. */
  readonly anonKey: string;
  /** The secret key: a request with it is `service_role`'s. */
  readonly serviceRoleKey: string;
}

/** What the thread of the API is told. */
export interface ApiOrder {
  readonly target: Target;
  readonly anonKey: string;
  readonly serviceRoleKey: string;
  readonly jwtSecret: string;
}

/** What the copy was changed by so that the API can serve it, for the report. */
export const adaptation = {
  what: "auth.refresh_tokens.id on the copy",
  why: "turned from bigint into text after all comparisons, because the API that served the copy to the app's tests (@supabase/lite) gives refresh tokens uuids; GoTrue numbers them",
} as const;

const started = z.union([z.object({ port: z.int() }), z.object({ error: z.string() })]);

/**
 * Serves REST, auth and storage of a restored database as Supabase does, so that `@supabase/supabase-js` works against
 * it. Row level security, grants, triggers and constraints are the copy's own; mail is kept in memory, files too.
 *
 * It runs in a thread with an empty environment, and what it prints is thrown away: @supabase/lite prints PostgreSQL's
 * errors with their details, which quote rows.
 *
 * **Changes the copy**: see `adaptation`. Serve it after everything else was compared.
 *
 * @param target superuser access to the copy
 * @throws supabase.api_not_started, supabase.api_changed_grants
 */
export async function serveCopy(target: Target): Promise<LocalApi> {
  await using session = await connect(target, { readOnly: false, insist: true, applicationName: "ithaca api" });
  await session.query(await sqlFile("refresh-tokens"));
  const grants = await grantsDigest(session);
  const order: ApiOrder = {
    target,
    anonKey: `sb_publishable_${randomBytes(18).toString("base64url")}`,
    serviceRoleKey: `sb_secret_${randomBytes(24).toString("base64url")}`,
    jwtSecret: randomBytes(48).toString("base64url"),
  };
  const thread = new Worker(new URL("./api-thread.ts", import.meta.url), {
    workerData: order,
    env: {},
    stdout: true,
    stderr: true,
  });
  thread.stdout.resume();
  thread.stderr.resume();
  const api: LocalApi = {
    url: `http://127.0.0.1:${await portOf(thread)}`,
    anonKey: order.anonKey,
    serviceRoleKey: order.serviceRoleKey,
    async [Symbol.asyncDispose]() {
      await thread.terminate();
    },
  };
  try {
    await warmUp(api);
    if ((await grantsDigest(session)) !== grants) throw supabaseErrors.api_changed_grants({});
    return api;
  } catch (error) {
    await thread.terminate();
    throw error;
  }
}

async function portOf(thread: Worker): Promise<number> {
  const failed = (thrown: unknown) => supabaseErrors.api_not_started({ why: redact(messageOf(thrown)) });
  try {
    // `once` rejects when the thread throws instead.
    const [message] = await once(thread, "message");
    const answer = started.parse(message);
    if ("error" in answer) throw new Error(answer.error);
    thread.on("error", () => {});
    return answer.port;
  } catch (error) {
    await thread.terminate();
    throw failed(error);
  }
}

/** The first request makes the API read the catalog; whatever it does to the copy, it does then. */
async function warmUp(api: LocalApi): Promise<void> {
  const answer = await fetch(`${api.url}/rest/v1/rpc/ithaca_warm_up`, {
    method: "POST",
    headers: { apikey: api.serviceRoleKey },
  }).catch((error: unknown) => {
    throw supabaseErrors.api_not_started({ why: redact(messageOf(error)) });
  });
  await answer.arrayBuffer();
}

async function grantsDigest(session: Session): Promise<string> {
  const [row] = await session.query<{ digest: string }>(await sqlFile("grants"));
  return row?.digest ?? "";
}

function sqlFile(name: string): Promise<string> {
  return readFile(new URL(`../../sql/supabase/${name}.sql`, import.meta.url), "utf8");
}
