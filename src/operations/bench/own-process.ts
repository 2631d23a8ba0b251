import { text } from "node:stream/consumers";
import { prepareRuntime } from "../../base/runtime.ts";

/*
 * One pass of our own pipeline in a process of its own, so that its memory is what a run of it takes. The order comes on
 * standard input, the figures go to standard output.
 */
prepareRuntime();
const [{ runOwnPipeline }, { ownOrderSchema }] = await Promise.all([import("./own-pipeline.ts"), import("./types.ts")]);
const order = ownOrderSchema.parse(JSON.parse(await text(process.stdin)));
const times = await runOwnPipeline(order);
process.stdout.write(JSON.stringify({ ...times, memory: process.resourceUsage().maxRSS * 1024 }));
