#!/usr/bin/env node
import "./terminal/require-node.ts";
import { prepareRuntime } from "../src/base/runtime.ts";

prepareRuntime();
const { runIthaca } = await import("./run-ithaca.ts");
await runIthaca();
