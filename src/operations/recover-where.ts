import { IthacaError } from "../base/errors.ts";
import { assertIdentity } from "../recovery/identity.ts";
import type { Incident, RecoveryMethod } from "../recovery/types.ts";

/**
 * Makes sure that the writing credential leads to where it should, before anything but the catalog is asked there. A new
 * recovery of a whole database does so in its own preview, which tells what it found; one that is gone on with has had its
 * preview, and the credential may have changed since.
 *
 * @throws recovery.other_server, recovery.is_production
 */
export async function onlyWhereItBelongs(
  method: RecoveryMethod,
  credential: Parameters<typeof assertIdentity>[0],
  open: Incident | null,
): Promise<RecoveryMethod> {
  if (method.kind === "full" && open === null) return method;
  const unproven = await assertIdentity(credential, method.mode === "new" ? "another" : "production").catch(
    (error: unknown) => {
      // It is down, or being exchanged: what comes next deals with that.
      if (error instanceof IthacaError && error.kind === "surroundings") return null;
      throw error;
    },
  );
  if (unproven === null) return method;
  return {
    ...method,
    async preview(context) {
      const preview = await method.preview(context);
      return { ...preview, hazards: [...preview.hazards, unproven] };
    },
  };
}
