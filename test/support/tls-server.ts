import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { run } from "../../src/base/child-process.ts";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { startCluster } from "../../src/postgres/cluster.ts";
import { connect } from "../../src/postgres/connect.ts";
import type { Session, Target } from "../../src/postgres/types.ts";

/** A PostgreSQL server on 127.0.0.1 with a certificate for `localhost` from an authority of its own. */
export interface TlsServer extends AsyncDisposable {
  /** A superuser's session through the unix socket. */
  readonly admin: Session;
  readonly port: number;
  /** Certificates: the authority that signed the server's, and one that did not. */
  readonly ca: string;
  readonly stranger: string;
  /** The server as an ordinary target over TCP. */
  target(user: string, more?: Partial<Target>): Target;
}

/** Starts it with these lines as its pg_hba.conf; the superuser's socket is always open. */
export async function tlsServer(hba: readonly string[]): Promise<TlsServer> {
  await using resources = new AsyncDisposableStack();
  const files = resources.use(await scratchDirectory("certificates"));
  chmodSync(files.path, 0o755);
  const at = (name: string) => join(files.path, name);
  const make = async (name: string, ...args: string[]) => {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", at(`${name}.key`)];
    const all = ["req", "-x509", "-days", "2", ...key, "-out", at(`${name}.crt`), ...args];
    const { exitCode, stderr } = await run("openssl", all, { env: { HOME: files.path } });
    if (exitCode !== 0) throw new Error(stderr);
  };
  await make("ca", "-subj", "/CN=Ithaca test authority");
  await make("stranger", "-subj", "/CN=Another authority");
  const signed = ["-CA", at("ca.crt"), "-CAkey", at("ca.key"), "-addext", "basicConstraints=critical,CA:FALSE"];
  await make("server", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", ...signed);

  const port = await freePort();
  const settings = { listen_addresses: "127.0.0.1", port: String(port) };
  const cluster = resources.use(await startCluster({ settings }));
  const admin = resources.use(await connect(cluster.target, { readOnly: false }));
  const [place] = await admin.query<{ data: string }>("SELECT current_setting('data_directory') AS data");
  // Written by the server itself: a key must belong to the server's own OS user.
  for (const [name, text] of [
    ["server.key", readFileSync(at("server.key"), "utf8")],
    ["server.crt", readFileSync(at("server.crt"), "utf8")],
    ["pg_hba.conf", ["local all postgres trust", ...hba, ""].join("\n")],
  ] as const) {
    writeFileSync(at("handover"), text, { mode: 0o644 });
    await admin.query(
      `COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; install -m 600 ${at("handover")} ${place?.data}/${name}'`,
    );
  }
  await admin.query("ALTER SYSTEM SET ssl = on");
  await admin.query("SELECT pg_reload_conf()");
  const held = resources.move();
  return {
    admin,
    port,
    ca: at("ca.crt"),
    stranger: at("stranger.crt"),
    target: (user, more) => ({ host: "localhost", port, database: "postgres", user, sslmode: "prefer", ...more }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No port was given");
  return address.port;
}
