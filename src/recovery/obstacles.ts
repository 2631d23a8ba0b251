import type { IthacaError } from "../base/errors.ts";
import { recoveryErrors } from "./errors.ts";
import type { Preview } from "./types.ts";

/** The error that an execution is refused with where the preview has found something against it; null where not. */
export function obstaclesOf(preview: Preview): IthacaError | null {
  // In the plan each is a sentence of its own; here they are parts of one.
  const parts = preview.obstacles.map((sentence) => sentence.replace(/\.$/, ""));
  return parts.length === 0 ? null : recoveryErrors.obstacles({ what: parts.join("; ") });
}
