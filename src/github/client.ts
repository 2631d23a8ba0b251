import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit as Rest } from "@octokit/rest";
import { registerSecret } from "../base/redact.ts";
import { githubErrors } from "./errors.ts";
import { explain } from "./explain.ts";
import type { Task } from "./tasks.ts";

const Octokit = Rest.plugin(retry, throttling);
export type Client = InstanceType<typeof Octokit>;

/** How a repository on GitHub is reached. */
export interface GitHubOptions {
  readonly token: string;
  /** `owner/name` */
  readonly repository: string;
  /** The API's address; another one than github.com's on GitHub Enterprise (`GITHUB_API_URL`). */
  readonly apiUrl?: string | undefined;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
  /** Milliseconds that a second of waiting takes; a server on this machine is not given much time to recover. */
  readonly second?: number;
}

/** One repository on GitHub. */
export interface GitHub {
  /** `owner/name` */
  readonly repository: string;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
  /** Milliseconds that a second of waiting takes. */
  readonly second: number;
  /**
   * Asks GitHub. Requests that failed for a passing reason (a server error, the network, a rate limit that ends soon)
   * are repeated, a few times.
   *
   * @throws surroundings: one error of this room's table, which names the task and the permission that it needs
   */
  ask<T>(task: Task, request: (client: Client, where: { owner: string; repo: string }) => Promise<T>): Promise<T>;
  /** As `ask`, with the request's own error, for callers that know what to do about some of them. */
  tryTo<T>(request: (client: Client, where: { owner: string; repo: string }) => Promise<T>): Promise<T>;
}

/** Seconds that one request may take. */
const requestLimit = 30;
/** Seconds that a rate limit is waited out; one that lasts longer ends the run with a message. */
const patience = 120;
/** How often one request waits for a rate limit. */
const mostWaits = 3;
const mostRetries = 3;

/**
 * What waiting does not mend. 409 and 429 are here although they pass: conflicts start over with what is new, and
 * limits are waited for by the throttling.
 */
const notWorthRetrying = [400, 401, 403, 404, 409, 410, 422, 429, 451];

type Throttle = Extract<ConstructorParameters<typeof Octokit>[0], object>["throttle"];
type Pace = NonNullable<Extract<Throttle, { enabled?: boolean }>["write"]>;

/**
 * GitHub asks for a second between writes and three between notifications, and the throttling keeps to it. A server on
 * this machine, as tests have one, asks for nothing. Of the plugin's groups of waiting requests this is all it uses.
 */
const unpaced = {
  key: () => ({
    schedule: <T>(_options: unknown, work: (...args: unknown[]) => T, ...args: unknown[]): T => work(...args),
  }),
} as unknown as Pace;

/** @throws bad_url */
function assertAddress(apiUrl: string): void {
  const url = URL.parse(apiUrl);
  if (url === null) throw githubErrors.bad_url({ why: "it cannot be parsed" });
  if (!/^https?:$/.test(url.protocol)) throw githubErrors.bad_url({ why: "it does not begin with https://" });
}

function isLocal(apiUrl: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(apiUrl).hostname);
}

/** Ends with the signal's reason as soon as it is aborted: the plugins' own waits cannot be ended. */
function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/**
 * Opens a repository on GitHub; nothing is asked yet. The token is registered as a secret.
 *
 * @throws input: the repository is no owner/name, or the API's address is none
 */
export function openGitHub(options: GitHubOptions): GitHub {
  const { token, repository, signal, warn, apiUrl = "https://api.github.com" } = options;
  assertAddress(apiUrl);
  const { second = isLocal(apiUrl) ? 100 : 1000 } = options;
  registerSecret(token);
  const [owner = "", repo = "", surplus] = repository.split("/");
  if (owner === "" || repo === "" || surplus !== undefined) throw githubErrors.bad_repository({ repository });

  const waits =
    (which: string) =>
    (after: number, request: { method: string; url: string }, _octokit: unknown, waited: number): boolean => {
      const willWait = waited < mostWaits && after <= patience;
      if (willWait) warn(`GitHub's ${which} is reached; waiting ${after} s as it asks (${request.method})`);
      return willWait;
    };
  const client = new Octokit({
    auth: token,
    baseUrl: apiUrl.replace(/\/+$/, ""),
    userAgent: "ithaca",
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    request: {
      async fetch(url: string, init: RequestInit): Promise<Response> {
        const ends = AbortSignal.any([signal, AbortSignal.timeout(requestLimit * 1000)]);
        try {
          return await fetch(url, { ...init, signal: ends });
        } catch (error) {
          // By this name the plugins know that nobody waits any more.
          throw signal.aborted ? new DOMException("The run was stopped", "AbortError") : error;
        }
      },
    },
    retry: { doNotRetry: notWorthRetrying, retries: mostRetries, retryAfterBaseValue: second },
    throttle: {
      // Repositories do not wait for each other.
      id: repository,
      retryAfterBaseValue: second,
      onRateLimit: waits("rate limit"),
      onSecondaryRateLimit: waits("secondary rate limit"),
      ...(isLocal(apiUrl) ? { write: unpaced, notifications: unpaced } : {}),
    },
  });

  const where = { owner, repo };
  const tryTo: GitHub["tryTo"] = async (request) => {
    try {
      signal.throwIfAborted();
      return await unlessAborted(signal, request(client, where));
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  };
  return {
    repository,
    signal,
    warn,
    second,
    tryTo,
    async ask(task, request) {
      try {
        return await tryTo(request);
      } catch (error) {
        throw explain(error, { repository, task });
      }
    },
  };
}
