import { cp } from "node:fs/promises";
import { join } from "node:path";

type StandIn = (
  given: Readonly<Record<string, string>> & { readonly workspace: string },
) => Promise<Record<string, string>>;

/**
 * What stands in for actions of others, which do not run outside of GitHub. Nothing else is made up: whatever is not
 * listed here is run as it is written.
 */
export const standIns: Readonly<Record<string, StandIn>> = {
  /** The workspace is filled before the job begins. */
  "actions/checkout": async () => ({}),
  /** Nothing is ever cached. */
  "actions/cache": async () => ({ "cache-hit": "false" }),
  "actions/setup-node": async () => ({}),
  /** The files lie beside the workspace afterwards. */
  "actions/upload-artifact": async ({ name = "artifact", path = "", workspace }) => {
    for (const one of path.split("\n").filter((line) => line.trim() !== "")) {
      const from = join(workspace, one.trim());
      await cp(from, join(workspace, "..", "artifacts", name), { recursive: true }).catch(() => {});
    }
    return {};
  },
};
