import { once } from "node:events";
import { mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";

/** A restic REST server in this process: a network backend whose rights and faults a test decides. */
export interface ResticServer extends AsyncDisposable {
  /** For RESTIC_REPOSITORY; with a user and a password. */
  readonly url: string;
  /** Every request so far, as "METHOD /path". */
  readonly requests: string[];
}

export interface ResticServerOptions {
  readonly password?: string;
  /** A status to answer a request with instead of serving it; undefined serves it. */
  readonly refuse?: (method: string, path: string) => number | undefined;
  /** Holds a request back for as long as the promise is pending. */
  readonly delay?: (method: string, path: string) => Promise<void> | undefined;
  /** Hears of the bytes of each file, or part of one, that is given out. */
  readonly onServed?: (path: string, bytes: number) => void;
}

/** An append-only server, as restic's rest-server and rclone have it: only locks may be deleted. */
export function appendOnly(method: string, path: string): number | undefined {
  return method === "DELETE" && !path.startsWith("/locks/") ? 403 : undefined;
}

function fileOf(repository: string, path: string): string {
  const [, kind = "", name = ""] = path.split("/");
  if (kind === "config") return join(repository, "config");
  return kind === "data" ? join(repository, "data", name.slice(0, 2), name) : join(repository, kind, name);
}

async function listFiles(repository: string, kind: string): Promise<{ name: string; size: number }[]> {
  const found = await readdir(join(repository, kind), { recursive: true, withFileTypes: true });
  const files = found.filter((item) => item.isFile() && !item.name.endsWith(".part"));
  const listed = files.map(async ({ name, parentPath }) => {
    // What is removed meanwhile is not listed, as in restic's rest-server.
    const there = await stat(join(parentPath, name)).catch(() => null);
    return there === null ? [] : [{ name, size: there.size }];
  });
  return (await Promise.all(listed)).flat();
}

async function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: string,
  onServed: ResticServerOptions["onServed"],
): Promise<void> {
  // Opened before a word is said: a lock may be removed at any moment, and is missing then, not broken off.
  const handle = await open(file);
  const { size } = await handle.stat();
  if (request.method === "HEAD") {
    await handle.close();
    response.writeHead(200, { "Content-Length": size }).end();
    return;
  }
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const start = Number(range?.[1] ?? 0);
  const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  response.writeHead(range === null ? 200 : 206, { "Content-Length": end - start + 1 });
  onServed?.((request.url ?? "/").split("?")[0] ?? "/", end - start + 1);
  handle.createReadStream({ start, end }).pipe(response);
}

async function serve(
  repository: string,
  request: IncomingMessage,
  response: ServerResponse,
  onServed: ResticServerOptions["onServed"],
): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const file = fileOf(repository, path);
  if (request.method === "POST" && path === "/") {
    for (const kind of ["data", "index", "keys", "locks", "snapshots"])
      await mkdir(join(repository, kind), { recursive: true });
    response.end();
  } else if (request.method === "POST") {
    const part = `${file}.part`;
    const content = await buffer(request);
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(part, content);
    await rename(part, file);
    response.end();
  } else if (request.method === "DELETE") {
    await rm(file);
    response.end();
  } else if (path.endsWith("/")) {
    const files = await listFiles(repository, path.split("/")[1] ?? "");
    response.setHeader("Content-Type", "application/vnd.x.restic.rest.v2");
    response.end(JSON.stringify(files));
  } else await serveFile(request, response, file, onServed);
}

/** Serves a repository's folder by restic's REST protocol, version 2. */
export async function resticServer(repository: string, options: ResticServerOptions = {}): Promise<ResticServer> {
  const { password = "canary-rest-password" } = options;
  const credential = `Basic ${Buffer.from(`ithaca:${password}`).toString("base64")}`;
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const [method, path] = [request.method ?? "", (request.url ?? "/").split("?")[0] ?? "/"];
    requests.push(`${method} ${path}`);
    await options.delay?.(method, path);
    const status = request.headers.authorization === credential ? options.refuse?.(method, path) : 401;
    if (status !== undefined) {
      request.resume();
      response.writeHead(status).end();
      return;
    }
    await serve(repository, request, response, options.onServed).catch(() => response.writeHead(404).end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `rest:http://ithaca:${password}@127.0.0.1:${port}/`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
