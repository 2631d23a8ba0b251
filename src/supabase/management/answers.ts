import { z } from "zod";
import { codeOf } from "../../base/errors.ts";
import { PlatformError, platformErrors } from "./errors.ts";

/* What an answer that is no success means. */

const errorBody = z.object({
  message: z.union([z.string(), z.array(z.string()).transform((lines) => lines.join("; "))]).default(""),
  missing_permissions: z.array(z.string()).default([]),
});

/** Longer messages are pages of a proxy. */
const longestDetail = 300;

function readBody(text: string): z.output<typeof errorBody> {
  try {
    const parsed = errorBody.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // A proxy answers in HTML: its status says enough.
  }
  return { message: "", missing_permissions: [] };
}

/** Seconds until requests are taken again, by the headers that the API sends; null where there are none. */
export function secondsUntilReset(headers: Headers): number | null {
  for (const name of ["retry-after", "x-ratelimit-reset"]) {
    const seconds = Number(headers.get(name) ?? Number.NaN);
    if (headers.get(name) !== null && Number.isFinite(seconds) && seconds >= 0) return seconds;
  }
  return null;
}

/** The error for an HTTP status outside 200 to 299. */
export function refusalOf(call: string, response: Response, text: string): PlatformError {
  const { status } = response;
  const { message, missing_permissions: missing } = readBody(text);
  const detail = (message === "" ? `status ${status}` : message).slice(0, longestDetail);
  const facts = { status };
  if (status === 401) return new PlatformError(platformErrors.token_refused({ call, detail }), facts);
  if (status === 402) return new PlatformError(platformErrors.plan_lacks({ call, detail }), facts);
  if (status === 403) {
    return new PlatformError(platformErrors.forbidden({ call, detail, missing }), {
      status,
      missingPermissions: missing,
    });
  }
  if (status === 404) return new PlatformError(platformErrors.not_found({ call, detail }), facts);
  if (status === 429) {
    const againAfter = secondsUntilReset(response.headers);
    return new PlatformError(platformErrors.rate_limited({ call, detail, again_s: againAfter }), {
      status,
      againAfter,
    });
  }
  if (status >= 500) {
    return new PlatformError(platformErrors.server_fault({ call, detail, status }), { status, mayHaveHappened: true });
  }
  return new PlatformError(platformErrors.refused({ call, detail, status }), facts);
}

/** Where a connection was never made nothing can have happened at the other end. */
const neverSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED)/;

/** The error for a request that got no answer. */
export function lossOf(call: string, thrown: unknown): PlatformError {
  const inner = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const code = codeOf(inner);
  const detail = code !== "" ? code : inner instanceof Error ? inner.message : String(inner);
  return new PlatformError(platformErrors.unreachable({ call, detail }, { cause: thrown }), {
    mayHaveHappened: !neverSent.test(code),
  });
}
