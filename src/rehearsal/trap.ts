import { once } from "node:events";
import { createServer } from "node:http";

/** A server on loopback that nobody should ever call. */
export interface Trap extends AsyncDisposable {
  readonly url: string;
  /** How many connections it got so far. */
  connections(): number;
}

/** Sets a trap: whoever connects is counted, whatever they say. */
export async function setTrap(): Promise<Trap> {
  let count = 0;
  const server = createServer((_request, response) => response.writeHead(204).end());
  server.on("connection", () => {
    count += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    connections: () => count,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
