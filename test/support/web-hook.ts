import { createServer } from "node:http";

/** A request as it came. */
export interface HookRequest {
  readonly path: string;
  readonly body: string;
}

/** A web service that records what is posted to it. */
export interface WebHook extends AsyncDisposable {
  /** Its address on this machine, without a path. */
  readonly url: string;
  readonly requests: HookRequest[];
  /** What the next requests are answered with, one after the other, instead of 200; "silence" is no answer at all. */
  readonly answers: (number | "silence")[];
}

/** Starts it. */
export async function webHook(): Promise<WebHook> {
  const requests: HookRequest[] = [];
  const answers: (number | "silence")[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = answers.shift() ?? 200;
      if (answer === "silence") return;
      if (answer === 200) requests.push({ path: request.url ?? "", body: Buffer.concat(chunks).toString("utf8") });
      response.writeHead(answer, { "content-type": "text/plain" }).end(answer === 200 ? "ok" : "canary-answer");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    requests,
    answers,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
