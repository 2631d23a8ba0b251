#!/usr/bin/env node
import "./terminal/require-node.ts";
import { useCompileCache } from "../src/base/compile-cache.ts";

useCompileCache();
const { runIthaca } = await import("./run-ithaca.ts");
await runIthaca();
