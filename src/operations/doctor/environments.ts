import { readEnvironments } from "../../github/environments.ts";
import { githubOf } from "../github.ts";
import type { Concern, Patient } from "./types.ts";

/** Environments that the workflows name, and what happens where one is not there: GitHub makes it at the first run, open to all. */
const needed = {
  recovery: "a recovery would go on without anybody's approval",
  retention: "no credential of its own could be given to the one job that deletes",
} as const;

const names = ["recovery", "retention"] as const;

/** The environments of the workflows: there, and that of recoveries with reviewers. */
export async function environments({ context }: Patient): Promise<string | Concern> {
  const known = await readEnvironments(githubOf(context));
  const made = "make it under Settings, Environments, as docs/set-up.md shows";
  if (known === null) {
    return { message: "GitHub tells of no environments here", mend: `${made}, where the account has environments` };
  }
  const missing = names.filter((name) => !known.some((environment) => environment.name === name));
  if (missing.length > 0) {
    return { message: missing.map((name) => `${name} is missing: ${needed[name]}`).join("; "), mend: made };
  }
  if (!known.some(({ name, reviewed }) => name === "recovery" && reviewed)) {
    return {
      message: `recovery has no required reviewers: ${needed.recovery}, with the typed name alone`,
      mend: "name them under Settings, Environments, recovery, where GitHub's plan has them",
    };
  }
  return "recovery with reviewers, retention";
}
