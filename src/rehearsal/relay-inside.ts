import { writeFileSync } from "node:fs";
import { relay } from "./relay.ts";

/*
 * Runs inside a network namespace that has nothing but its own loopback: makes the API, which listens on a unix socket,
 * reachable there as the URL that the command is given. Arguments: port, unix socket, a file to make when it listens.
 */
const [port = "", socket = "", ready = ""] = process.argv.slice(2);
await relay(Number(port), { path: socket });
writeFileSync(ready, "");
