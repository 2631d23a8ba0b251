import type { DatabasePlan } from "../../plan/schema.ts";
import { type ManagementApi, openApi } from "./client.ts";
import { PlatformError, platformErrors } from "./errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;
type Names = Pick<NonNullable<DatabasePlan["managed"]>, "project_ref_secret" | "token_secret">;

/** The names where the plan gives none. */
export const usualNames: Names = {
  project_ref_secret: "SUPABASE_PROJECT_REF",
  token_secret: "SUPABASE_ACCESS_TOKEN",
};

/** A project, and the API that it is asked through. */
export interface PlatformAccess {
  readonly api: ManagementApi;
  readonly ref: string;
  /** For a guard that must reach the API when this process is no more; never shown. */
  readonly credentials: { readonly url: string; readonly token: string };
}

/** A token may travel in the clear on this machine only. */
function checkedUrl(environment: Environment): string | undefined {
  const variable = "SUPABASE_API_URL";
  const text = environment[variable];
  if (text === undefined || text === "") return undefined;
  const refuse = (why: string) => new PlatformError(platformErrors.bad_url({ variable, why }));
  const url = URL.parse(text);
  if (url === null) throw refuse("it cannot be parsed");
  const here = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && here)) {
    throw refuse("the access token would travel in the clear");
  }
  return text;
}

/**
 * The access that the environment gives: `SUPABASE_ACCESS_TOKEN` and `SUPABASE_PROJECT_REF` or what the plan calls them,
 * `SUPABASE_API_URL`, and `SUPABASE_API_TIME_LIMIT` (seconds that one request may take with all that is tried again).
 *
 * @throws platform.token_missing, platform.ref_missing, platform.bad_ref, platform.bad_url
 */
export function platformAccess(environment: Environment, names: Names, signal: AbortSignal): PlatformAccess {
  const token = environment[names.token_secret]?.trim();
  const ref = environment[names.project_ref_secret]?.trim();
  const variable = names.project_ref_secret;
  if (token === undefined || token === "") {
    throw new PlatformError(platformErrors.token_missing({ variable: names.token_secret }));
  }
  if (ref === undefined || ref === "") throw new PlatformError(platformErrors.ref_missing({ variable }));
  if (!/^[a-z]{20}$/.test(ref)) throw new PlatformError(platformErrors.bad_ref({ variable }));
  const url = checkedUrl(environment);
  const timeLimit = Number(environment.SUPABASE_API_TIME_LIMIT);
  return {
    ref,
    credentials: { url: (url ?? "https://api.supabase.com").replace(/\/(v1\/?)?$/, ""), token },
    api: openApi({
      token,
      signal,
      ...(url === undefined ? {} : { url }),
      ...(Number.isFinite(timeLimit) && timeLimit > 0 ? { timeLimit } : {}),
    }),
  };
}
