import pRetry, { AbortError } from "p-retry";
import type { z } from "zod";
import { registerSecret } from "../../base/redact.ts";
import { sleep } from "../../base/sleep.ts";
import { lossOf, refusalOf, secondsUntilReset } from "./answers.ts";
import { PlatformError, platformErrors } from "./errors.ts";

/** Whether a change that was lost on the way has taken effect after all. */
export type Aftermath<T> = { readonly state: "done"; readonly value: T } | { readonly state: "not_done" | "unknown" };

/** One request. What it answers is parsed, never believed. */
export interface ApiRequest<T> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the API's address, such as `/v1/projects`; parts must be encoded already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly answer: z.ZodType<T>;
  /** Whether doing it twice is the same as doing it once; everything but POST is, unless told otherwise. */
  readonly repeatable?: boolean;
  /** For a request that is not repeatable: looks whether it has taken effect, where its answer was lost. */
  readonly aftermath?: () => Promise<Aftermath<T>>;
}

/** Supabase's Management API. */
export interface ManagementApi {
  /** Seconds that one request may take, with all that is tried again. */
  readonly timeLimit: number;
  readonly signal: AbortSignal;
  /**
   * @throws PlatformError, and whatever the signal was aborted with
   */
  call<T>(request: ApiRequest<T>): Promise<T>;
}

export interface ClientOptions {
  /** Sent as bearer; registered as a secret. */
  readonly token: string;
  /** `https://api.supabase.com` unless told otherwise. */
  readonly url?: string;
  readonly signal: AbortSignal;
  /** Seconds; 120 unless told otherwise. */
  readonly timeLimit?: number;
}

/** Seconds for one attempt: the slowest documented call, health, takes 10. */
const attemptLimit = 30;
const retries = 8;
/** Milliseconds that are waited beyond the API's word: its clock is another one. */
const slack = 20;

/**
 * Opens the API. Requests are tried again on 429, 5xx and lost connections with growing, random pauses; the API's
 * `x-ratelimit-*` headers are honoured before and after they run out. A POST that may have taken effect is looked for
 * before it is sent again, and never sent again where nobody can look.
 */
export function openApi(options: ClientOptions): ManagementApi {
  const { token, signal, timeLimit = 120 } = options;
  const base = (options.url ?? "https://api.supabase.com").replace(/\/(v1\/?)?$/, "");
  registerSecret(token);
  // When the API takes requests again, on the monotonic clock; the headers of the last answer say so.
  let openAgain = 0;

  async function attempt<T>(request: ApiRequest<T>, deadline: number): Promise<T> {
    const call = `${request.method} ${request.path}`;
    const seconds = Math.min(attemptLimit, (deadline - performance.now()) / 1000);
    const slow = () =>
      new PlatformError(platformErrors.too_slow({ call, detail: "", seconds: timeLimit }), { mayHaveHappened: true });
    if (seconds <= 0) throw slow();
    const timeout = AbortSignal.timeout(Math.ceil(seconds * 1000));
    try {
      const query = request.query === undefined ? "" : `?${new URLSearchParams(request.query)}`;
      const response = await fetch(`${base}${request.path}${query}`, {
        method: request.method,
        headers: {
          authorization: `Bearer ${token}`,
          accept: "application/json",
          "user-agent": "ithaca",
          ...(request.body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        // A redirect would carry the token to wherever it leads.
        redirect: "error",
        signal: AbortSignal.any([timeout, signal]),
      });
      if (response.headers.get("x-ratelimit-remaining") === "0") {
        openAgain = performance.now() + (secondsUntilReset(response.headers) ?? 0) * 1000 + slack;
      }
      const text = await response.text();
      if (!response.ok) throw refusalOf(call, response, text);
      return parse(request, call, response.status, text);
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof PlatformError) throw thrown;
      throw timeout.aborted ? slow() : lossOf(call, thrown);
    }
  }

  /** Waits until the API takes requests; gives up at once where that would take longer than there is time. */
  async function waitForRoom(call: string, deadline: number): Promise<void> {
    const wait = openAgain - performance.now();
    if (wait <= 0) return;
    const again_s = Math.ceil(wait / 1000);
    if (performance.now() + wait > deadline) {
      const error = platformErrors.rate_limited({ call, detail: "the limit is used up", again_s });
      throw new AbortError(new PlatformError(error, { status: 429, againAfter: again_s }));
    }
    await sleep(wait, signal);
  }

  async function once<T>(request: ApiRequest<T>, deadline: number): Promise<T> {
    const { method, path, repeatable = method !== "POST", aftermath } = request;
    await waitForRoom(`${method} ${path}`, deadline);
    try {
      return await attempt(request, deadline);
    } catch (thrown) {
      if (!(thrown instanceof PlatformError) || repeatable || !thrown.mayHaveHappened) throw thrown;
      const found = aftermath === undefined ? { state: "unknown" as const } : await aftermath();
      if (found.state === "done") return found.value;
      if (found.state === "not_done") throw thrown;
      const detail = thrown.message.split(";")[0] ?? "";
      const error = platformErrors.uncertain({ call: `${method} ${path}`, detail }, { cause: thrown });
      throw new AbortError(new PlatformError(error, { status: thrown.status, mayHaveHappened: true }));
    }
  }

  return {
    timeLimit,
    signal,
    async call<T>(request: ApiRequest<T>): Promise<T> {
      const deadline = performance.now() + timeLimit * 1000;
      // What was answered says more than that the time ran out over it.
      let answered: PlatformError | null = null;
      try {
        return await pRetry(() => once(request, deadline), {
          retries,
          factor: 2,
          minTimeout: Math.min(1000, timeLimit * 10),
          maxTimeout: 20_000,
          maxRetryTime: timeLimit * 1000,
          randomize: true,
          signal,
          shouldRetry: ({ error }) => error instanceof PlatformError && error.transient,
          onFailedAttempt: ({ error }) => {
            if (!(error instanceof PlatformError)) return;
            if (error.id !== "platform.too_slow") answered = error;
            if (error.againAfter === null) return;
            openAgain = Math.max(openAgain, performance.now() + error.againAfter * 1000 + slack);
          },
        });
      } catch (thrown) {
        signal.throwIfAborted();
        const ranOut = thrown instanceof PlatformError && thrown.id === "platform.too_slow";
        throw ranOut ? (answered ?? thrown) : thrown;
      }
    },
  };
}

function parse<T>({ method, answer }: ApiRequest<T>, call: string, status: number, text: string): T {
  const malformed = (detail: string, cause: unknown) =>
    new PlatformError(platformErrors.malformed({ call, detail }, { cause }), {
      status,
      mayHaveHappened: method !== "GET",
    });
  let json: unknown;
  try {
    json = text.trim() === "" ? undefined : JSON.parse(text);
  } catch (cause) {
    throw malformed("it is not JSON", cause);
  }
  const parsed = answer.safeParse(json);
  if (parsed.success) return parsed.data;
  // Names of keys and what zod expected there; the values may be anything, a key among them.
  const [issue] = parsed.error.issues;
  throw malformed(`${issue?.path.join(".") || "the whole"}: ${issue?.message ?? "another shape"}`, parsed.error);
}
