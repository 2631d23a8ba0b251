import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { scratchDirectory } from "../base/scratch.ts";
import type { Target } from "../postgres/types.ts";
import { lastWillOfBranch } from "./branch-will.ts";
import { sessionPooler } from "./connection.ts";
import { supabaseErrors } from "./errors.ts";
import { type Branch, createBranchWithData, deleteBranch, getBranch, listBranches } from "./management/branches.ts";
import { healthy } from "./management/projects.ts";
import type { PlatformAccess } from "./management/settings.ts";
import { waitUntil } from "./management/wait.ts";

/*
 * A branch with data: a copy of production that the platform makes from its own backup. It costs money as long as it
 * lives, so it is deleted in every case: when it is disposed; by a guard where this process dies; when its time is over;
 * and by the next run where the machine died, which knows it by the time in its name.
 */

const prefix = "ithaca-proof-";

/** A branch that lives as long as it is needed. */
export interface BranchCopy extends AsyncDisposable {
  readonly name: string;
  readonly ref: string;
  /** The branch's database, through its session pooler. */
  readonly target: Target;
  readonly serverVersion: string;
  /** Deletes it and looks whether it is gone; false where it is not. Idempotent. */
  destroy(): Promise<boolean>;
  /** Throws where the branch was deleted because its time was over. */
  assertAlive(): void;
}

export interface BranchOrder {
  readonly access: PlatformAccess;
  /** The same access with a signal that nobody aborts: what was made must be deleted also when the run is stopped. */
  readonly cleaner: PlatformAccess;
  /** Seconds that the branch may live, its making included. */
  readonly timeLimit: number;
  /** Path of the provider's root certificate. */
  readonly sslrootcert: string | undefined;
  readonly now: Date;
  readonly note: (text: string) => void;
}

/** The second at which a branch of ours should be gone, from its name; null where it is none of ours. */
function endOf({ name }: Branch): number | null {
  const match = new RegExp(`^${prefix}(\\d{10})-[0-9a-f]{8}$`).exec(name);
  return match?.[1] === undefined ? null : Number(match[1]);
}

/**
 * Deletes branches of earlier runs whose time is over: their machine died, or nobody could reach the API.
 *
 * @returns the names of the deleted ones
 */
export async function sweepBranches({ api, ref }: PlatformAccess, now: Date): Promise<string[]> {
  const late = (await listBranches(api, ref)).filter((branch) => {
    const end = endOf(branch);
    return end !== null && end * 1000 < now.getTime();
  });
  for (const branch of late) await deleteBranch(api, branch.id);
  return late.map(({ name }) => name);
}

/**
 * Makes a branch with the project's data and waits until it answers.
 *
 * @throws PlatformError; supabase.branch_failed; platform.not_reached: then nothing of it is left
 */
export async function makeBranch(order: BranchOrder): Promise<BranchCopy> {
  const { access, cleaner, timeLimit, now, note } = order;
  const { api, ref } = access;
  const end = Math.floor(now.getTime() / 1000 + timeLimit);
  const name = `${prefix}${end}-${randomBytes(4).toString("hex")}`;
  await using stack = new AsyncDisposableStack();
  // The guard knows the name before there is a branch, so that no death comes in between.
  const scratch = stack.use(await scratchDirectory("branch", undefined, lastWillOfBranch));
  const file = join(scratch.path, "branch.json");
  await writeFile(file, JSON.stringify({ ...access.credentials, ref, name }), { mode: 0o600 });

  let gone: Promise<boolean> | undefined;
  const destroy = () => {
    gone ??= remove(cleaner, name);
    return gone;
  };
  stack.defer(async () => {
    await destroy();
  });
  const overdue = new AbortController();
  const timer = globalThis.setTimeout(() => {
    overdue.abort();
    void destroy().catch(() => {});
  }, timeLimit * 1000);
  timer.unref();
  stack.defer(() => clearTimeout(timer));

  note("asking for it");
  const branch = await createBranchWithData(api, ref, name);
  const detail = await waitUntil(
    api,
    `The branch ${name}`,
    timeLimit,
    async () => {
      const now = (await listBranches(api, ref)).find(({ id }) => id === branch.id);
      if (now === undefined || /FAILED/.test(now.status)) {
        throw supabaseErrors.branch_failed({ name, status: now?.status ?? "gone" });
      }
      const found = await getBranch(api, branch.id);
      if (/FAILED/.test(found.status)) throw supabaseErrors.branch_failed({ name, status: found.status });
      return found.status === healthy ? { done: true, value: found } : { done: false, state: found.status };
    },
    note,
  );
  const target = await sessionPooler(
    { ...access, ref: detail.ref },
    { password: detail.db_pass, sslrootcert: order.sslrootcert },
  );
  const held = stack.move();
  return {
    name,
    ref: detail.ref,
    target,
    serverVersion: detail.postgres_version,
    destroy,
    assertAlive() {
      if (overdue.signal.aborted) throw supabaseErrors.branch_expired({ name, seconds: timeLimit });
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** A creation that is under way when it is given up may show up late: so often nothing must be seen of it. */
const looks = 2;
const betweenLooks = 250;

async function remove({ api, ref }: PlatformAccess, name: string): Promise<boolean> {
  for (let empty = 0; empty < looks; ) {
    const found = (await listBranches(api, ref)).filter((branch) => branch.name === name);
    for (const { id } of found) await deleteBranch(api, id);
    empty = found.length === 0 ? empty + 1 : 0;
    if (empty < looks) await sleep(betweenLooks);
  }
  return true;
}
