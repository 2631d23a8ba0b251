import { readFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { startFauxqs } from "fauxqs";
import { run } from "../../src/base/child-process.ts";
import { scratchDirectory } from "../../src/base/scratch.ts";

/** A real S3 server behind TLS, with one bucket. */
export interface S3Server extends AsyncDisposable {
  /** restic's variables for a repository in the bucket, but for its password. */
  readonly env: Readonly<Record<string, string>>;
  /** Methods and paths that were asked, such as `PUT /vault/config`. */
  readonly requests: readonly string[];
}

/** Starts it. restic speaks another form of upload over plain HTTP, which the server would store as it comes. */
export async function s3Server(bucket: string): Promise<S3Server> {
  await using stack = new AsyncDisposableStack();
  const files = stack.use(await scratchDirectory("s3"));
  const [key, cert] = [join(files.path, "key.pem"), join(files.path, "cert.pem")];
  const self = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const made = await run("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...["-keyout", key, "-out", cert, ...self],
  ]);
  if (made.exitCode !== 0) throw new Error(made.stderr);

  const behind = await startFauxqs({ port: 0, logger: false });
  stack.defer(() => behind.stop());
  behind.createBucket(bucket);
  const requests: string[] = [];
  const front = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (incoming, outgoing) => {
    const { method = "GET", url = "/", headers } = incoming;
    requests.push(`${method} ${url}`);
    const passed = request({ host: "127.0.0.1", port: behind.port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  stack.defer(() => {
    front.closeAllConnections();
    front.close();
  });
  const { port } = front.address() as AddressInfo;
  const held = stack.move();
  return {
    env: {
      RESTIC_REPOSITORY: `s3:https://127.0.0.1:${port}/${bucket}`,
      RESTIC_CACERT: cert,
      AWS_ACCESS_KEY_ID: "canary-key-id",
      AWS_SECRET_ACCESS_KEY: "canary-secret-key",
      AWS_DEFAULT_REGION: "us-east-1",
    },
    requests,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
