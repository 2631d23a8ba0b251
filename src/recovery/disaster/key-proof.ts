import { z } from "zod";
import { sleep } from "../../base/sleep.ts";

/*
 * What a project's own gateway says of keys. That the API no longer lists a key is not yet a proof: the gateway lets
 * people in, so it is asked with the old key and with the new one.
 */

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a project is served: `SUPABASE_GATEWAY_URL`, in which `{ref}` stands for the project, or the provider's address. */
export function gatewayOf(environment: Environment, ref: string): string {
  const url = environment.SUPABASE_GATEWAY_URL || "https://{ref}.supabase.co";
  return url.replace("{ref}", ref).replace(/\/$/, "");
}

/** What a gateway makes of a key; `unknown` where it did not answer, or answered something else. */
export type KeyAnswer = "accepted" | "refused" | "unknown";

/** Seconds for one question, and for a gateway to hear of a revoked key; milliseconds between two questions. */
const timeLimit = 10;
const revocationLimit = 60;
const pause = 2000;

const ask = (gateway: string, path: string, headers: Record<string, string>, signal: AbortSignal) =>
  fetch(`${gateway}${path}`, {
    headers: { accept: "application/json", "user-agent": "ithaca", ...headers },
    // A redirect would carry the key to wherever it leads.
    redirect: "error",
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeLimit * 1000)]),
  });

/** Asks the gateway for auth's settings, which hold nothing of anybody, with an API key. */
async function askWithKey(gateway: string, key: string, signal: AbortSignal): Promise<KeyAnswer> {
  try {
    const response = await ask(gateway, "/auth/v1/settings", { apikey: key }, signal);
    await response.arrayBuffer();
    if (response.ok) return "accepted";
    return response.status === 401 || response.status === 403 ? "refused" : "unknown";
  } catch {
    signal.throwIfAborted();
    return "unknown";
  }
}

/** What each of several keys came to. */
export type KeyAnswers = Readonly<Record<KeyAnswer, number>>;

async function askWithEach(gateway: string, keys: readonly string[], signal: AbortSignal): Promise<KeyAnswers> {
  const answers = { accepted: 0, refused: 0, unknown: 0 };
  for (const key of keys) answers[await askWithKey(gateway, key, signal)] += 1;
  return answers;
}

/** What the gateway makes of new keys, right away, and of old ones: these may still be let in for a minute. */
export async function proveKeys(
  gateway: string,
  keys: { readonly fresh: readonly string[]; readonly old: readonly string[] },
  signal: AbortSignal,
  limitSeconds: number = revocationLimit,
): Promise<{ readonly fresh: KeyAnswers; readonly old: KeyAnswers }> {
  const fresh = await askWithEach(gateway, keys.fresh, signal);
  const deadline = performance.now() + limitSeconds * 1000;
  let old = await askWithEach(gateway, keys.old, signal);
  while (old.accepted > 0 && performance.now() < deadline) {
    await sleep(pause, signal);
    old = await askWithEach(gateway, keys.old, signal);
  }
  return { fresh, old };
}

const jwks = z.object({ keys: z.array(z.object({ kid: z.string().optional() })) });

/** Ids of the signing keys whose tokens the project still takes; null where it does not say. */
export async function trustedSigningKeys(gateway: string, signal: AbortSignal): Promise<string[] | null> {
  try {
    const response = await ask(gateway, "/auth/v1/.well-known/jwks.json", {}, signal);
    if (!response.ok) return null;
    return jwks.parse(await response.json()).keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid]));
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
