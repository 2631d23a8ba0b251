import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { z } from "zod";
import type { Run } from "../report/model.ts";
import type { UseCaseContext } from "./context.ts";

const packageFile = z.object({ version: z.string() });

/** This program's version, from its package.json. */
export const version: string = packageFile.parse(
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")),
).version;

/** Ids of runs that are none of GitHub's: the report of a run and its entries in the audit log have the same one. */
const localIds = new WeakMap<UseCaseContext, string>();

function localId(context: UseCaseContext): string {
  const id = localIds.get(context) ?? `local-${randomBytes(4).toString("hex")}`;
  localIds.set(context, id);
  return id;
}

/**
 * Who and what ran, from when to when: on GitHub from the runner's documented variables, elsewhere this OS user and a
 * random id. Called at the end of a run.
 */
export function runFacts(context: UseCaseContext, startedAt: Date): Run {
  const env = context.environment;
  const onGitHub = env.GITHUB_RUN_ID !== undefined && env.GITHUB_RUN_ID !== "";
  return {
    id: onGitHub ? `${env.GITHUB_RUN_ID}-${env.GITHUB_RUN_ATTEMPT ?? "1"}` : localId(context),
    url: onGitHub ? `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}/actions/runs/${env.GITHUB_RUN_ID}` : null,
    actor: env.GITHUB_ACTOR ?? userInfo().username,
    commit: env.GITHUB_SHA ?? null,
    version,
    started_at: startedAt.toISOString(),
    finished_at: context.clock.now().toISOString(),
  };
}
