import { z } from "zod";
import { IthacaError, messageOf } from "../base/errors.ts";
import { redact } from "../base/redact.ts";
import { githubErrors } from "./errors.ts";
import type { Task } from "./tasks.ts";

/** What a thrown error is explained with. */
export interface Surroundings {
  readonly repository: string;
  readonly task: Task;
}

/** An answer of GitHub that is a refusal, as Octokit throws it; a request without an answer has no response. */
const refusalSchema = z.object({
  name: z.literal("HttpError"),
  status: z.int(),
  message: z.string(),
  response: z.object({ headers: z.record(z.string(), z.unknown()) }),
});

type Refusal = z.output<typeof refusalSchema>;

function refusalOf(thrown: unknown): Refusal | null {
  const parsed = refusalSchema.safeParse(thrown);
  return parsed.success ? parsed.data : null;
}

/** GitHub's own words, without the address of its documentation, on one line and not too many of them. */
function wordsOf(error: unknown): string {
  const said = redact(messageOf(error))
    .replace(/ - https:\/\/\S+$/, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  return said.length > 200 ? `${said.slice(0, 199)}…` : said || "no words";
}

/** Both limits, primary and secondary: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api. */
function isRateLimit({ status, message, response }: Refusal): boolean {
  if (status !== 403 && status !== 429) return false;
  return status === 429 || response.headers["x-ratelimit-remaining"] === "0" || /\brate limit\b/i.test(message);
}

function limitEnds({ response: { headers } }: Refusal): string {
  const reset = Number(headers["x-ratelimit-reset"]);
  if (headers["x-ratelimit-remaining"] === "0" && reset > 0) {
    return `after ${new Date(reset * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  }
  const seconds = Number(headers["retry-after"]);
  return seconds > 0 ? `in ${Math.ceil(seconds / 60)} min` : "in an hour";
}

/** True for the refusals that mean: somebody else was faster, look again. */
export function isLostRace(thrown: unknown): boolean {
  const refusal = refusalOf(thrown);
  if (refusal?.status === 409) return !/repository is empty/i.test(refusal.message);
  return (
    refusal?.status === 422 && /not a fast.forward|reference (already exists|cannot be updated)/i.test(refusal.message)
  );
}

/** True where a branch's rules, not its history, refuse a commit: protection of old, and rule sets. */
export function isProtection(thrown: unknown): boolean {
  const refusal = refusalOf(thrown);
  return (
    refusal !== null &&
    [403, 409, 422].includes(refusal.status) &&
    /protected branch|rule violations|through a pull request|required status check|required review/i.test(
      refusal.message,
    )
  );
}

/** The status of GitHub's answer, or null where there was none. */
export function statusOf(thrown: unknown): number | null {
  return refusalOf(thrown)?.status ?? null;
}

/**
 * Turns what a request threw into the one error of the table that says what to do. Errors of Ithaca itself, an
 * interruption among them, come back as they are.
 */
export function explain(thrown: unknown, { repository, task }: Surroundings): IthacaError {
  if (thrown instanceof IthacaError) return thrown;
  const facts = { repository, what: task.what, permission: task.permission, said: wordsOf(thrown) };
  const options = { cause: thrown };
  const refusal = refusalOf(thrown);
  if (refusal === null || refusal.status >= 500) return githubErrors.unavailable(facts, options);
  if (isRateLimit(refusal)) return githubErrors.rate_limited({ ...facts, until: limitEnds(refusal) }, options);
  const { status, message } = refusal;
  if (status === 401) return githubErrors.bad_credentials(facts, options);
  if (status === 403 && /archived/i.test(message)) return githubErrors.archived(facts, options);
  if (status === 403) return githubErrors.forbidden(facts, options);
  if (status === 404) return githubErrors.not_found(facts, options);
  if (status === 409 && /repository is empty/i.test(message)) return githubErrors.empty_repository(facts, options);
  if (status === 410) return githubErrors.issues_disabled(facts, options);
  return githubErrors.refused(facts, options);
}
