import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { operationFor } from "./contract.ts";
import { type Fault, type Misbehaviour, takeFault } from "./faults.ts";
import { backupRoutes } from "./routes/backups.ts";
import { branchRoutes } from "./routes/branches.ts";
import { keyRoutes } from "./routes/keys.ts";
import { otherRoutes } from "./routes/others.ts";
import { projectRoutes } from "./routes/projects.ts";
import { Refusal, type Route, type World } from "./routes/route.ts";
import { dailyBackups, freshProject, type ProjectState } from "./state.ts";

/*
 * A strict stand-in for Supabase's platform, for tests: it answers only what is documented, refuses whatever else it is
 * asked, and throws when it is disposed if anything undocumented was asked or answered. It keeps state.
 */

const routes: Readonly<Record<string, Route>> = {
  ...projectRoutes,
  ...backupRoutes,
  ...branchRoutes,
  ...keyRoutes,
  ...otherRoutes,
};

export const platformToken = "sbp_canary0token0of0the0stand0in";

export interface PlatformServer extends AsyncDisposable {
  /** For SUPABASE_API_URL, and for SUPABASE_STATUS_URL as well. */
  readonly url: string;
  /** The project that is there from the beginning: healthy, with a backup for each of the last seven days. */
  readonly project: ProjectState;
  readonly world: World;
  /** What `check` and `prove` need in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Every request in order, with the status of its answer; 0 where there was none. */
  readonly requests: { readonly method: string; readonly path: string; readonly status: number }[];
  /** Requests per window; the headers tell the rest. */
  rate: { limit: number; windowMs: number };
  /** Names of permissions that the token lacks; they are refused for the paths that need them. */
  lacks: { readonly permission: string; readonly path: RegExp }[];
  fail(fault: Omit<Fault, "times"> & { times?: number }): void;
  /** Ends all faults. */
  heal(): void;
}

export interface PlatformOptions {
  readonly now?: () => Date;
  readonly copyDatabase?: World["copyDatabase"];
  /** Milliseconds that a restore or a new project takes; 300 unless told otherwise. */
  readonly takes?: number;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text === "" ? undefined : JSON.parse(text);
}

export async function supabasePlatform(options: PlatformOptions = {}): Promise<PlatformServer> {
  const now = options.now ?? (() => new Date());
  const project = freshProject(now(), { backups: dailyBackups(now()) });
  const world: World = {
    projects: new Map([[project.ref, project]]),
    branches: new Map(),
    incidents: [],
    retentionDays: 7,
    takes: options.takes ?? 300,
    now,
    copyDatabase: options.copyDatabase ?? null,
  };
  const faults: Fault[] = [];
  const violations: string[] = [];
  const requests: PlatformServer["requests"] = [];
  let window = { began: 0, used: 0 };

  async function answer(
    method: string,
    url: URL,
    request: IncomingMessage,
  ): Promise<{ status: number; body: unknown }> {
    const operation = operationFor(method, url.pathname);
    const refuse = (status: number, message: string, more = {}) => ({ status, body: { message, ...more } });
    if (operation === null) {
      violations.push(`${method} ${url.pathname} is not documented`);
      return refuse(404, `Cannot ${method} ${url.pathname}`);
    }
    const isStatusPage = url.pathname.startsWith("/api/v2/");
    if (!isStatusPage && request.headers.authorization !== `Bearer ${platformToken}`)
      return refuse(401, "Unauthorized");
    const lacking = server.lacks.filter(({ path }) => path.test(url.pathname)).map(({ permission }) => permission);
    if (lacking.length > 0) return refuse(403, "Forbidden resource", { missing_permissions: lacking });
    const body = await bodyOf(request);
    const fault = operation.requestFault(url.searchParams, body);
    if (fault !== null) {
      violations.push(`${operation.key}: ${fault}`);
      return refuse(400, fault);
    }
    try {
      const result = await routes[operation.key]?.({ params: operation.params, query: url.searchParams, body }, world);
      const wrong = operation.answerFault(result === undefined ? undefined : JSON.parse(JSON.stringify(result)));
      if (wrong !== null) violations.push(`answer to ${operation.key}: ${wrong}`);
      return { status: operation.status, body: result };
    } catch (thrown) {
      if (thrown instanceof Refusal) return refuse(thrown.status, thrown.message);
      throw thrown;
    }
  }

  function misbehave(how: Exclude<Misbehaviour, "lost">, response: ServerResponse): number {
    if (how === "hang") return 0;
    if (how === "reset") {
      response.destroy();
      return 0;
    }
    if (how === "malformed") {
      response.writeHead(200, { "content-type": "application/json" }).end('{"backups": [');
      return 200;
    }
    const body = how.body === undefined ? '{"message":"Internal server error"}' : how.body;
    response
      .writeHead(how.status, { "content-type": "application/json", ...how.headers })
      .end(typeof body === "string" ? body : JSON.stringify(body));
    return how.status;
  }

  /** The documented headers; past the limit a request is refused with 429. */
  function count(response: ServerResponse): boolean {
    const at = Date.now();
    if (at - window.began >= server.rate.windowMs) window = { began: at, used: 0 };
    window.used += 1;
    const left = server.rate.limit - window.used;
    const reset = Math.max(0, window.began + server.rate.windowMs - at) / 1000;
    response.setHeader("x-ratelimit-limit", String(server.rate.limit));
    response.setHeader("x-ratelimit-remaining", String(Math.max(0, left)));
    response.setHeader("x-ratelimit-reset", String(reset));
    return left >= 0;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET" } = request;
    const url = new URL(request.url ?? "/", "http://stand-in");
    const record = (status: number) => requests.push({ method, path: `${url.pathname}${url.search}`, status });
    const fault = takeFault(faults, method, url.pathname);
    if (fault !== null && fault !== "lost") {
      record(misbehave(fault, response));
      return;
    }
    const send = (status: number, body: unknown) => {
      record(status);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body === undefined ? "" : JSON.stringify(body));
    };
    if (!count(response)) return send(429, { message: "ThrottlerException: Too Many Requests" });
    const { status, body } = await answer(method, url, request);
    if (fault !== "lost") return send(status, body);
    record(0);
    response.destroy();
  }

  const http = createServer((request, response) => {
    handle(request, response).catch((thrown: unknown) => {
      violations.push(String(thrown));
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  const url = `http://127.0.0.1:${address.port}`;
  const server: PlatformServer = {
    url,
    project,
    world,
    env: {
      SUPABASE_API_URL: url,
      SUPABASE_STATUS_URL: url,
      SUPABASE_ACCESS_TOKEN: platformToken,
      SUPABASE_PROJECT_REF: project.ref,
    },
    requests,
    rate: { limit: 10_000, windowMs: 60_000 },
    lacks: [],
    fail: (fault) => faults.push({ times: Number.POSITIVE_INFINITY, ...fault }),
    heal: () => faults.splice(0),
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      for (const { database } of world.branches.values()) await database?.[Symbol.asyncDispose]();
      if (violations.length > 0) throw new Error(`Against the documented API:\n${violations.join("\n")}`);
    },
  };
  return server;
}
