import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { parentPort, workerData } from "node:worker_threads";
import { App, InMemoryEmailDriver, setExperimental } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import { tlsOptions } from "../postgres/tls.ts";
import type { ApiOrder } from "./local-api.ts";
import { memoryFiles } from "./memory-files.ts";
import { asPostgrestWould } from "./postgrest-errors.ts";
import { wireTypes } from "./wire-types.ts";

/*
 * The thread of the API over a copy: @supabase/lite behind a listener on 127.0.0.1. `local-api.ts` starts it.
 */

/** What is served. The rest of @supabase/lite's server (its own settings, a console) is nobody's business here. */
const served = ["/rest/v1/", "/auth/v1/", "/storage/v1/"];

async function makeApp({ target, anonKey, serviceRoleKey, jwtSecret }: ApiOrder): Promise<App> {
  const tls = target.sslmode === "prefer" ? "prefer" : await tlsOptions(target);
  const connection = createPostgresConnection({
    url: `postgres://127.0.0.1/${encodeURIComponent(target.database)}`,
    postgresOptions: {
      host: target.host,
      port: target.port,
      user: target.user,
      password: target.password ?? "",
      database: target.database,
      ssl: tls,
      max: 4,
      types: wireTypes,
      onnotice: () => {},
    },
  });
  // @supabase/lite would GRANT ALL on every table to anon, authenticated and service_role before its first answer, and
  // so hide what a copy's grants forbid. It skips that where it believes to have done it; the caller makes sure.
  Reflect.set(connection, "rlsState", "active");
  const normalise = connection.normalizeDbError.bind(connection);
  Reflect.set(connection, "normalizeDbError", (error: unknown) => asPostgrestWould(normalise(error)));
  setExperimental("storage", true);
  const app = new App({
    connection,
    auth: {
      enabled: true,
      publishable_key: anonKey,
      secret_key: serviceRoleKey,
      jwt_secret: jwtSecret,
      // Nobody reads the mail.
      email: { enable_signup: true, enable_confirmations: false },
    },
    storage: { enabled: true },
    options: { drivers: { email: new InMemoryEmailDriver() } },
  });
  app._storageAdapter = memoryFiles();
  await app.init();
  return app;
}

/**
 * supabase-js sends a file as the form's field without a name, which Supabase takes and @supabase/lite 0.10 does not find: it
 * looks for a field called `file`.
 */
async function withNamedFile(request: Request): Promise<Request> {
  const multipart = request.headers.get("content-type")?.startsWith("multipart/form-data") ?? false;
  if (!multipart || !new URL(request.url).pathname.startsWith("/storage/v1/object/")) return request;
  const { url, method } = request;
  const body = await request.formData();
  const file = body.get("");
  if (file !== null) body.set("file", file);
  const headers = new Headers(request.headers);
  // The new body has a boundary and a length of its own.
  headers.delete("content-type");
  headers.delete("content-length");
  return new Request(url, { method, headers, body });
}

async function answer(app: App, origin: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const url = new URL(incoming.url ?? "/", origin);
  if (!served.some((prefix) => url.pathname.startsWith(prefix))) {
    outgoing.writeHead(404).end();
    return;
  }
  const bodiless = incoming.method === "GET" || incoming.method === "HEAD";
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headersDistinct)) {
    for (const each of value ?? []) headers.append(name, each);
  }
  const request = new Request(url, {
    method: incoming.method ?? "GET",
    headers,
    ...(bodiless ? {} : { body: Readable.toWeb(incoming), duplex: "half" }),
  } as RequestInit);
  const response = await app.fetch(await withNamedFile(request), {
    peerAddress: incoming.socket.remoteAddress ?? null,
  });
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

try {
  const app = await makeApp(workerData as ApiOrder);
  let origin = "";
  const server = createServer((incoming, outgoing) => {
    answer(app, origin, incoming, outgoing).catch(() => {
      if (!outgoing.headersSent) outgoing.writeHead(500);
      outgoing.end();
    });
  });
  server.on("error", (error) => parentPort?.postMessage({ error: error.message }));
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    origin = `http://127.0.0.1:${port}`;
    parentPort?.postMessage({ port });
  });
} catch (error) {
  parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) });
}
