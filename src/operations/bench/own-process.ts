import { text } from "node:stream/consumers";
import { IthacaError } from "../../base/errors.ts";
import { prepareRuntime } from "../../base/runtime.ts";
import type { ToldFault } from "./types.ts";

/*
 * One pass of our own pipeline in a process of its own, so that its memory is what a run of it takes. The order comes on
 * standard input, the figures go to standard output, or what people are told where it could not be gone to its end.
 */
prepareRuntime();
const [{ runOwnPipeline }, { ownOrderSchema }] = await Promise.all([import("./own-pipeline.ts"), import("./types.ts")]);
const order = ownOrderSchema.parse(JSON.parse(await text(process.stdin)));
try {
  const times = await runOwnPipeline(order);
  process.stdout.write(JSON.stringify({ ...times, memory: process.resourceUsage().maxRSS * 1024 }));
} catch (thrown) {
  if (!(thrown instanceof IthacaError)) throw thrown;
  const { id, kind, message } = thrown;
  process.stdout.write(JSON.stringify({ fault: { id, kind, message } } satisfies ToldFault));
}
