import { defineErrors, entry, IthacaError } from "../../base/errors.ts";
import { redact } from "../../base/redact.ts";

const call = "GET /v1/projects/abcdefghijklmnopqrst/database/backups";

interface Refusal {
  readonly call: string;
  readonly detail: string;
}

/** What can be wrong with the Management API, or with the way to it. */
export const platformErrors = defineErrors("platform", {
  token_missing: entry({
    kind: "surroundings",
    says: (p: { variable: string }) => `${p.variable} is not set, so Supabase's Management API cannot be asked`,
    mend: (p) =>
      `make an access token under Account → Access Tokens and set ${p.variable} to it (on GitHub: as a secret)`,
    example: { variable: "SUPABASE_ACCESS_TOKEN" },
  }),
  ref_missing: entry({
    kind: "surroundings",
    says: (p: { variable: string }) => `${p.variable} is not set, so nobody knows which Supabase project this is`,
    mend: (p) => `set ${p.variable} to the project's ref, the 20 letters in its dashboard's address`,
    example: { variable: "SUPABASE_PROJECT_REF" },
  }),
  bad_ref: entry({
    kind: "input",
    says: (p: { variable: string }) => `${p.variable} is not a project's ref, which has 20 lower-case letters`,
    mend: () => "copy it from the address of the project's dashboard",
    example: { variable: "SUPABASE_PROJECT_REF" },
  }),
  bad_url: entry({
    kind: "input",
    says: (p: { variable: string; why: string }) => `${p.variable} is not a usable address: ${p.why}`,
    mend: () => "write it as https://api.supabase.com, or unset it",
    example: { variable: "SUPABASE_API_URL", why: "the access token would travel in the clear" },
  }),
  token_refused: entry({
    kind: "surroundings",
    says: (p: Refusal) => `Supabase did not accept the access token (${p.call}: ${p.detail})`,
    mend: () => "it is mistyped, revoked or expired: make a new one under Account → Access Tokens",
    example: { call, detail: "Unauthorized" },
  }),
  forbidden: entry({
    kind: "surroundings",
    says: (p: Refusal & { missing: readonly string[] }) =>
      `The access token may not do this (${p.call}: ${p.detail})${p.missing.length > 0 ? `, it lacks ${p.missing.join(", ")}` : ""}`,
    mend: (p) =>
      p.missing.length > 0
        ? "give the token these permissions, or its owner the role that has them"
        : "use a token of somebody who may see the project",
    example: { call, detail: "Forbidden resource", missing: ["backups_read"] as readonly string[] },
  }),
  plan_lacks: entry({
    kind: "surroundings",
    says: (p: Refusal) => `The account's plan does not include this (${p.call}: ${p.detail})`,
    mend: () => "raise the account's plan or add-on, or take the promise out of ithaca.yaml",
    example: { call, detail: "Upgrade to the Enterprise plan" },
  }),
  not_found: entry({
    kind: "surroundings",
    says: (p: Refusal) => `Supabase knows no such thing (${p.call}: ${p.detail})`,
    mend: () => "check the project's ref, and that the token belongs to an account that may see the project",
    example: { call, detail: "Project not found" },
  }),
  refused: entry({
    kind: "surroundings",
    says: (p: Refusal & { status: number }) => `Supabase refused the request with ${p.status} (${p.call}: ${p.detail})`,
    mend: () => "do what its words say; where they say nothing, see the provider's status page",
    example: { call, detail: "Recovery time target must be within range", status: 400 },
  }),
  rate_limited: entry({
    kind: "surroundings",
    says: (p: Refusal & { again_s: number | null }) =>
      `Supabase takes no more requests for now (${p.call}: ${p.detail})${p.again_s === null ? "" : `; again in ${p.again_s} s`}`,
    mend: () => "run it again later, and see what else uses this account's 120 requests a minute",
    example: { call, detail: "ThrottlerException: Too Many Requests", again_s: 60 as number | null },
  }),
  server_fault: entry({
    kind: "surroundings",
    says: (p: Refusal & { status: number }) =>
      `Supabase's API is faulty: it answered ${p.status} (${p.call}: ${p.detail})`,
    mend: () => "see status.supabase.com, and run it again later",
    example: { call, detail: "Internal server error", status: 500 },
  }),
  unreachable: entry({
    kind: "surroundings",
    says: (p: Refusal) => `Supabase's API could not be reached (${p.call}: ${p.detail})`,
    mend: () => "check the network of this machine and status.supabase.com, and run it again",
    example: { call, detail: "ECONNREFUSED" },
  }),
  too_slow: entry({
    kind: "surroundings",
    says: (p: Refusal & { seconds: number }) => `Supabase's API did not answer within ${p.seconds} s (${p.call})`,
    mend: () => "see status.supabase.com and run it again, or allow more with SUPABASE_API_TIME_LIMIT (seconds)",
    example: { call, detail: "", seconds: 120 },
  }),
  malformed: entry({
    kind: "surroundings",
    says: (p: Refusal) => `Supabase's API answered something else than documented (${p.call}: ${p.detail})`,
    mend: () => "run it again; if it stays so the API has changed, and Ithaca must follow",
    example: { call, detail: "it is not JSON" },
  }),
  uncertain: entry({
    kind: "surroundings",
    says: (p: Refusal) => `Nobody knows whether Supabase has done it (${p.call}: ${p.detail})`,
    mend: () => "look in the project's dashboard whether it was done, before you run this again",
    example: { call: "POST /v1/projects", detail: "the answer was lost" },
  }),
  not_reached: entry({
    kind: "surroundings",
    says: (p: { what: string; seconds: number; last: string }) =>
      `${p.what} did not come about within ${p.seconds} s; the last state was ${p.last}`,
    mend: () => "look at it in the project's dashboard, and run it again when it has settled",
    example: { what: "The project's restore", seconds: 900, last: "RESTORING" },
  }),
});

/** The one error that every call of the Management API throws: what was answered, and what to do in its message. */
export class PlatformError extends IthacaError {
  /** The HTTP status; null where there was no answer. */
  readonly status: number | null;
  /** Permissions that the token lacks, by the API's names; empty unless the answer was 403 and told them. */
  readonly missingPermissions: readonly string[];
  /** Whether the request can have taken effect although it seems to have failed. */
  readonly mayHaveHappened: boolean;
  /** Seconds after which the API takes requests again; null where it does not say. */
  readonly againAfter: number | null;

  constructor(
    base: IthacaError,
    facts: Partial<Pick<PlatformError, "status" | "missingPermissions" | "mayHaveHappened" | "againAfter">> = {},
  ) {
    super(base.id, base.kind, redact(base.message), { cause: base.cause });
    this.status = facts.status ?? null;
    this.missingPermissions = facts.missingPermissions ?? [];
    this.mayHaveHappened = facts.mayHaveHappened ?? false;
    this.againAfter = facts.againAfter ?? null;
  }

  /** Whether the same request may well succeed a little later. */
  get transient(): boolean {
    return this.status === null || this.status === 429 || this.status >= 500 || this.id === "platform.malformed";
  }
}
