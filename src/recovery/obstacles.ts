import type { IthacaError } from "../base/errors.ts";
import { recoveryErrors } from "./errors.ts";
import type { Preview } from "./types.ts";

/** The error that an execution is refused with where the preview has found something against it; null where not. */
export function obstaclesOf(preview: Preview): IthacaError | null {
  return preview.obstacles.length === 0 ? null : recoveryErrors.obstacles({ what: preview.obstacles.join("; ") });
}
