import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createEmulator } from "emulate";

/** A request as the stand-in saw it. */
export interface SeenRequest {
  readonly method: string;
  /** With its query, such as `/repos/acme/shop/issues?state=open`. */
  readonly path: string;
  readonly body: string;
}

/** An answer that is given instead of the emulator's; `body` is sent as JSON. "gone": the connection is cut. */
export type Answer = "gone" | { status: number; headers?: Readonly<Record<string, string>>; body?: unknown };

/** Decides what a request is answered with; undefined leaves it to the emulator. */
export type Rule = (request: SeenRequest) => Answer | undefined;

/** GitHub's API on this machine: a stateful emulator, and rules for what it cannot do. */
export interface GitHubStandIn extends AsyncDisposable {
  /** For GITHUB_API_URL. */
  readonly url: string;
  /** `acme/shop` */
  readonly repository: string;
  /** The token of `github-actions[bot]`, and that of a person with the login `ada`. */
  readonly token: string;
  readonly personToken: string;
  /** What has been asked since the last `reset`. */
  readonly requests: SeenRequest[];
  /** Rules in the order in which they are asked; tests add to them. */
  readonly rules: Rule[];
  /** Empties the repository, the rules and the requests. */
  reset(): void;
}

const token = "ghs_ithacastandintoken000000000000000001";
const personToken = "ghp_ithacastandintoken000000000000000002";

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString("utf8");
}

/**
 * Starts it with the repository `acme/shop`, which has one commit on `main` and the members `ada` and `grace`.
 *
 * @param options.public whether everybody may read the repository; it is private unless told otherwise
 */
export async function githubStandIn(options: { public?: boolean } = {}): Promise<GitHubStandIn> {
  const emulator = await createEmulator({
    service: "github",
    port: 0,
    seed: {
      tokens: {
        [token]: { login: "github-actions[bot]", scopes: ["repo"] },
        [personToken]: { login: "ada", scopes: ["repo"] },
      },
      github: {
        users: [{ login: "github-actions[bot]" }, { login: "ada" }, { login: "grace" }],
        orgs: [
          {
            login: "acme",
            members: ["github-actions[bot]", "ada", "grace"].map((login) => ({ login, role: "admin" })),
          },
        ],
        repos: [{ owner: "acme", name: "shop", private: options.public !== true, auto_init: true }],
      },
    },
  });
  const requests: SeenRequest[] = [];
  const rules: Rule[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = { method: request.method ?? "GET", path: request.url ?? "/", body: await bodyOf(request) };
    requests.push(seen);
    for (const rule of rules) {
      const given = rule(seen);
      if (given === undefined) continue;
      if (given === "gone") return void request.socket.destroy();
      response.writeHead(given.status, { "content-type": "application/json; charset=utf-8", ...given.headers });
      return void response.end(given.body === undefined ? "" : JSON.stringify(given.body));
    }
    const forwarded = await fetch(new URL(seen.path, emulator.url), {
      method: seen.method,
      headers: {
        accept: "application/vnd.github+json",
        "content-type": "application/json",
        ...(request.headers.authorization === undefined ? {} : { authorization: request.headers.authorization }),
      },
      ...(seen.body === "" ? {} : { body: seen.body }),
    });
    const headers = Object.fromEntries(
      [...forwarded.headers].filter(
        ([name]) => !/^(content-(length|encoding)|transfer-encoding|connection)$/.test(name),
      ),
    );
    // Links to further pages must lead here again.
    if (headers.link !== undefined) headers.link = headers.link.replaceAll(new URL(emulator.url).origin, url);
    response.writeHead(forwarded.status, headers);
    response.end(Buffer.from(await forwarded.arrayBuffer()));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    url,
    repository: "acme/shop",
    token,
    personToken,
    requests,
    rules,
    reset() {
      emulator.reset();
      requests.length = 0;
      rules.length = 0;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await emulator.close();
    },
  };
}
