import { inert } from "./text.ts";

/** What a monitor is told; the ends of the paths are those of healthchecks.io (https://healthchecks.io/docs/http_api/). */
const endings = { start: "/start", success: "", fail: "/fail" } as const;

/** Milliseconds for one ping. A monitor that is away must cost no more than this: its alarm is its own. */
const limit = 5_000;

export interface Pulse {
  readonly status: "sent" | "failed";
  readonly error: string | null;
}

/**
 * Tells a monitor outside of GitHub that the watch began, went well or did not. A monitor that hears nothing raises the
 * alarm that nobody here could raise any more.
 *
 * @param text goes along as the ping's body, for people who look there
 */
export async function beat(
  address: URL,
  what: keyof typeof endings,
  text: string,
  signal: AbortSignal,
): Promise<Pulse> {
  const url = new URL(address);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${endings[what]}`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const stop = AbortSignal.any([signal, AbortSignal.timeout(limit)]);
      const response = await fetch(url, { method: "POST", body: inert(text, 1000), redirect: "error", signal: stop });
      await response.arrayBuffer();
      if (response.ok) return { status: "sent", error: null };
      if (response.status < 500 || attempt === 2)
        return { status: "failed", error: `the monitor answered ${response.status}` };
    } catch {
      signal.throwIfAborted();
      if (attempt === 2) return { status: "failed", error: "the monitor could not be reached" };
    }
  }
}
