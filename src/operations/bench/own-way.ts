import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { run } from "../../base/child-process.ts";
import { stopwatch } from "../../base/clock.ts";
import { IthacaError } from "../../base/errors.ts";
import type { Target } from "../../postgres/types.ts";
import { localVault } from "../../vault/vault.ts";
import { type OwnOrder, type OwnRun, ownRunSchema, toldFaultSchema } from "./types.ts";

const program = fileURLToPath(new URL("own-process.ts", import.meta.url));
const password = "bench";

/** What of a database is measured, and where. */
export interface OwnWay {
  readonly source: Target;
  readonly plan: string | null;
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** Bytes below a folder, as they lie on the disk. What vanishes meanwhile does not count. */
async function bytesBelow(folder: string): Promise<number> {
  const { stdout } = await run("du", ["-sk", folder]);
  return Number.parseInt(stdout, 10) * 1024 || 0;
}

/** Looks again and again how much lies below a folder, until it is disposed. */
function watchDisk(folder: string): AsyncDisposable & { most(): number } {
  let most = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      const took = stopwatch();
      most = Math.max(most, await bytesBelow(folder));
      // To look takes long where there are many files, and must not slow down what is looked at.
      await new Promise((resolve) => setTimeout(resolve, Math.max(250, took() * 1000 * 15)));
    }
  })();
  return {
    most: () => most,
    async [Symbol.asyncDispose]() {
      over = true;
      await watching;
    },
  };
}

/** What a pass of ours wrote: its figures, or the fault that it could not go past, which is thrown. */
function figuresIn(stdout: string, wall: number): Omit<OwnRun, "disk"> {
  const figures = ownRunSchema.omit({ disk: true });
  const said = z.union([toldFaultSchema, figures.omit({ wall: true })]).parse(JSON.parse(stdout));
  if (!("fault" in said)) return { ...said, wall };
  const { id, kind, message } = said.fault;
  throw new IthacaError(id, kind, message);
}

/** @throws what the pass could not go past, under its own id */
async function inProcess(order: OwnOrder, signal: AbortSignal): Promise<Omit<OwnRun, "disk">> {
  const wall = stopwatch();
  const { exitCode, stdout, stderr } = await run(process.execPath, [program], {
    input: JSON.stringify(order),
    env: { ITHACA_SCRATCH: order.scratch },
    signal,
  });
  signal.throwIfAborted();
  if (exitCode !== 0) throw new Error(`our own pipeline failed: ${stderr.split("\n").slice(0, 20).join("\n")}`);
  return figuresIn(stdout, wall());
}

/** A new folder that the throwaway's OS user may walk through, since its server lies below it. */
async function newFolder(path: string): Promise<string> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  await chmod(path, 0o711);
  return path;
}

/** One complete pass in a process of its own, with a new vault. `disk` is 0 unless it is watched, which costs time. */
export async function ownWay({ source, plan, scratch, signal }: OwnWay, watched: boolean): Promise<OwnRun> {
  const folder = await newFolder(join(scratch, "own"));
  const vault = { directory: join(scratch, "own-vault"), password };
  await rm(vault.directory, { recursive: true, force: true });
  await localVault(vault.directory, password).initialise({ signal });
  try {
    if (!watched)
      return { ...(await inProcess({ source, plan, light: false, scratch: folder, vault }, signal)), disk: 0 };
    await using disk = watchDisk(folder);
    const times = await inProcess({ source, plan, light: false, scratch: folder, vault }, signal);
    return { ...times, disk: disk.most() };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(vault.directory, { recursive: true, force: true });
  }
}

/** Seconds that a backup with a light census holds its snapshot. */
export async function lightSnapshot({ source, plan, scratch, signal }: OwnWay): Promise<number> {
  const folder = await newFolder(join(scratch, "light"));
  try {
    return (await inProcess({ source, plan, light: true, scratch: folder, vault: null }, signal)).snapshot;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
