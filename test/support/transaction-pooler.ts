import { createServer, connect as dial, type Socket } from "node:net";
import pg from "pg";
import type { Target } from "../../src/postgres/types.ts";

/** A pooler in transaction mode, with one connection to the server that it lends to one client after another. */
export interface TransactionPooler extends AsyncDisposable {
  /** How the database is reached through it. */
  readonly target: Target;
  /** What the next client finds set by those before it. */
  settings(): Promise<readonly string[]>;
}

const idle = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** What a client says when it begins, as the server wants it. */
function startup({ user, database }: Target): Buffer {
  const words = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + words.length, 0);
  head.writeInt32BE(196608, 4);
  return Buffer.concat([head, words]);
}

/** Starts one before a server that trusts its socket. It knows as much of the protocol as the driver speaks in tests. */
export async function transactionPooler(target: Target): Promise<TransactionPooler> {
  const server = dial(`${target.host}/.s.PGSQL.${target.port}`);
  let greeting = Buffer.alloc(0);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.on("data", function greeted(data: Buffer) {
      greeting = Buffer.concat([greeting, data]);
      if (!greeting.subarray(-6).equals(idle)) return;
      server.off("data", greeted);
      resolve();
    });
    server.write(startup(target));
  });
  let lent: Socket | null = null;
  const waiting: { client: Socket; data: Buffer }[] = [];
  const lend = () => {
    const next = lent === null ? waiting.shift() : undefined;
    if (next === undefined) return;
    lent = next.client;
    server.write(next.data);
  };
  server.on("data", (data: Buffer) => {
    if (lent !== null && !lent.destroyed) lent.write(data);
    if (data.subarray(-6).equals(idle)) lent = null;
    lend();
  });
  const clients = new Set<Socket>();
  const listener = createServer((client) => {
    clients.add(client);
    client.on("error", () => {});
    client.once("data", () => {
      client.write(greeting);
      client.on("data", (data: Buffer) => {
        // The driver's farewell is not the server's.
        if (data[0] === 0x58) client.end();
        else if (lent === client) server.write(data);
        else waiting.push({ client, data });
        lend();
      });
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("it does not listen");
  const lending = { ...target, host: "127.0.0.1", port: address.port };
  return {
    target: lending,
    async settings() {
      const client = new pg.Client({ ...lending, ssl: false });
      await client.connect();
      const { rows } = await client.query<{ name: string }>(
        "SELECT name FROM pg_catalog.pg_settings WHERE source = 'session' AND name <> 'application_name'",
      );
      await client.end();
      return rows.map(({ name }) => name);
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      server.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
