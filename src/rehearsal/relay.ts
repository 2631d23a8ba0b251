import { once } from "node:events";
import { connect, createServer, type NetConnectOpts, type Socket } from "node:net";

/** A listener that hands every connection on to another place. Disposing closes it and all of them. */
export interface Relay extends AsyncDisposable {
  /** The TCP port, where it listens on one. */
  readonly port: number | null;
}

/**
 * Listens on a unix socket or a TCP port of loopback, and hands every connection on.
 *
 * @param from path of a unix socket, or a port (0 for any)
 */
export async function relay(from: string | number, to: NetConnectOpts): Promise<Relay> {
  const open = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(to);
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      open.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
    incoming.pipe(outgoing);
    outgoing.pipe(incoming);
  });
  if (typeof from === "string") server.listen(from);
  else server.listen(from, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : null,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of open) socket.destroy();
      if (server.listening) await once(server, "close");
    },
  };
}
