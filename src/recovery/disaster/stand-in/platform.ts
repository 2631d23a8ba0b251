import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { type Asked, Refused, routes } from "./routes.ts";
import { type StandInProject, standInProject } from "./state.ts";

/** A platform on this machine that a rehearsal asks in place of the provider's: its API, gateway and status page. */
export interface StandInPlatform extends AsyncDisposable {
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly token: string;
  /** The project that is attacked, or lost. */
  readonly project: StandInProject;
}

/** How long the stand-in's provider has been down, in milliseconds: longer than the hour after which the plan leaves. */
const downFor = 70 * 60_000;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text === "" ? undefined : JSON.parse(text);
}

/** The project's own gateway: a key that it does not know is refused, and revoked signing keys are not told. */
function gateway(project: StandInProject, path: string, key: string | undefined): { status: number; body: unknown } {
  if (path === "/auth/v1/.well-known/jwks.json") {
    const keys = project.signing.filter(({ status }) => status !== "revoked").map(({ id }) => ({ kid: id, kty: "EC" }));
    return { status: 200, body: { keys } };
  }
  const known = project.keys.some(({ type, api_key }) => api_key === key && (type !== "legacy" || project.legacy));
  return known ? { status: 200, body: {} } : { status: 401, body: { message: "Invalid API key" } };
}

/** Starts it. Whatever it is asked that it does not know is answered with 404, which ends the step that asked. */
export async function standInPlatform(now: () => Date): Promise<StandInPlatform> {
  const token = `sbp_${randomBytes(20).toString("hex")}`;
  const at = () => now().toISOString();
  const project = standInProject({ name: "production", organization_slug: "ours", region: "eu-central-1" }, at());
  const projects = new Map([[project.ref, project]]);
  const incidents = () => {
    const since = new Date(now().getTime() - downFor).toISOString();
    const one = { id: "1", name: "rehearsed outage", status: "identified", impact: "critical", created_at: since };
    return { status: 200, body: { incidents: [one] } };
  };

  function answer(
    method: string,
    url: URL,
    request: IncomingMessage,
    body: unknown,
  ): { status: number; body: unknown } {
    if (url.pathname === "/api/v2/incidents.json") return incidents();
    const inside = /^\/gateway\/([a-z]+)(\/.*)$/.exec(url.pathname);
    const asked = inside === null ? undefined : projects.get(inside[1] ?? "");
    if (asked !== undefined) return gateway(asked, inside?.[2] ?? "", request.headers.apikey?.toString());
    if (request.headers.authorization !== `Bearer ${token}`) return { status: 401, body: { message: "Unauthorized" } };
    const [, v1 = "", resource = "", ref = "", ...rest] = url.pathname.split("/");
    const collection = ref === "";
    const whole = rest.join("/");
    const named = `/${v1}/${resource}${collection ? "" : "/:ref"}${whole === "" ? "" : `/${whole}`}`;
    const withId = named.replace(/[^/]+$/, ":id");
    const [key, id] = routes[`${method} ${named}`] ? [named, ""] : [withId, rest.at(-1) ?? ""];
    const route = routes[`${method} ${key}`];
    const about = collection ? project : projects.get(ref);
    if (route === undefined || about === undefined) return { status: 404, body: { message: "not found" } };
    const order: Asked = { project: about, projects, id, query: url.searchParams, body, at: at() };
    return { status: method === "POST" ? 201 : 200, body: route(order) };
  }

  const server = createServer((request, response) => {
    bodyOf(request)
      .then((body) => answer(request.method ?? "GET", new URL(request.url ?? "/", "http://here"), request, body))
      .catch((thrown: unknown) =>
        thrown instanceof Refused
          ? { status: thrown.status, body: { message: thrown.message } }
          : { status: 400, body: { message: "malformed" } },
      )
      .then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(body === undefined ? "" : JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the stand-in got no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    token,
    project,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
