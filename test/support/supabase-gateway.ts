import { createServer } from "node:http";
import type { PlatformServer } from "./supabase-platform/server.ts";

/** A project's own gateway, as people's applications meet it. */
export interface Gateway extends AsyncDisposable {
  /** For SUPABASE_GATEWAY_URL. */
  readonly url: string;
  /** It never heard of a revocation. */
  deaf: boolean;
  /** It lets nobody in. */
  blind: boolean;
}

/** The gateway of the stand-in's project: it knows the keys that the API lists. */
export async function gatewayOf({ project }: PlatformServer): Promise<Gateway> {
  const all = new Set(project.apiKeys.map(({ api_key }) => api_key));
  const server = createServer((request, response) => {
    if (request.url?.endsWith("jwks.json") === true) {
      const keys = project.signingKeys.filter(({ status }) => status !== "revoked").map(({ id }) => ({ kid: id }));
      response.end(JSON.stringify({ keys }));
      return;
    }
    const key = String(request.headers.apikey);
    const known = project.apiKeys.some(
      ({ api_key, type }) => api_key === key && (type !== "legacy" || project.legacyKeys),
    );
    response.writeHead(!gateway.blind && (known || (gateway.deaf && all.has(key))) ? 200 : 401).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const gateway = {
    url: `http://127.0.0.1:${port}/{ref}`,
    deaf: false,
    blind: false,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return gateway;
}
