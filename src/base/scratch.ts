import { randomBytes } from "node:crypto";
import { chmod, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { defineErrors, entry } from "./errors.ts";
import { guard, type LastWill } from "./guard.ts";

const errors = defineErrors("base", {
  no_scratch: entry({
    kind: "surroundings",
    says: (p: { parent: string; why: string }) => `No temporary directory could be made in ${p.parent}: ${p.why}`,
    mend: () => "free some space there, or set ITHACA_SCRATCH to a directory that you may write",
    example: { parent: "/tmp", why: "no space left on device (ENOSPC)" },
  }),
});

/** A private directory that disappears with its owner. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/** Where temporary directories are made unless told otherwise: `ITHACA_SCRATCH`, or the system's. */
export function scratchParent(): string {
  return resolve(process.env.ITHACA_SCRATCH || tmpdir());
}

/** Whoever still writes into the directory is being stopped at the same time, so one `rm` may come too early. */
const removal =
  'i=0; until { rm -rf -- "$ITHACA_PATH" && [ ! -e "$ITHACA_PATH" ]; } || [ "$i" -ge 100 ]; do i=$((i + 1)); sleep 0.2; done';

/**
 * Makes a directory that only this user can read (mode 0700). It is removed on disposal, and by a guard when this
 * process dies first.
 *
 * @param purpose short word that appears in the directory's name
 * @param parent where to make it; `scratchParent()` unless told otherwise
 * @param lastWill what the guard does before it removes the directory, such as stopping a server that works in it
 */
export async function scratchDirectory(
  purpose: string,
  parent: string = scratchParent(),
  lastWill?: (path: string) => LastWill,
): Promise<Scratch> {
  const path = join(parent, `ithaca-${purpose}-${randomBytes(4).toString("hex")}`);
  const will = lastWill?.(path) ?? { script: ":" };
  // The guard knows the path before it exists, so that a death between the two leaves nothing.
  const cleaner = guard(`( ${will.script}\n); ${removal}`, will.parameters, {
    ...will.env,
    ITHACA_PATH: path,
  });
  try {
    await mkdir(path, { mode: 0o700 });
    await chmod(path, 0o700);
  } catch (cause) {
    cleaner[Symbol.dispose]();
    throw errors.no_scratch({ parent, why: cause instanceof Error ? describe(cause) : String(cause) }, { cause });
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
      // Only now: where the removal failed, the guard tries again at the end.
      cleaner[Symbol.dispose]();
    },
  };
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "it may not be written",
  EROFS: "it is read-only",
  ENOSPC: "no space is left",
  EDQUOT: "the quota is used up",
};

function describe(error: Error & { code?: string }): string {
  return reasons[error.code ?? ""] ?? error.message;
}
