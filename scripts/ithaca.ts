#!/usr/bin/env node
import "./terminal/require-node.ts";
import { commandTree, pathOf } from "./command-tree.ts";
import { leftAsItWas } from "./terminal/left-as-it-was.ts";

let running = "";
await commandTree()
  .hook("preAction", (_program, command) => {
    running = pathOf(command);
  })
  .parseAsync();
if (process.exitCode === 130) process.stderr.write(`${leftAsItWas(running)}\n`);
