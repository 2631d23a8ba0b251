import { cp, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";

/** What stand-ins are given besides their inputs. */
export interface StandInSite {
  readonly workspace: string;
  /** Lays the branch out, in a folder below the workspace or as the workspace itself. */
  readonly checkOut: (path: string | undefined) => Promise<void>;
}

type StandIn = (given: Readonly<Record<string, string>>, site: StandInSite) => Promise<Record<string, string>>;

const artifacts = (workspace: string) => join(workspace, "..", "artifacts");

/**
 * What stands in for actions of others, which do not run outside of GitHub. Nothing else is made up: whatever is not
 * listed here is run as it is written.
 */
export const standIns: Readonly<Record<string, StandIn>> = {
  "actions/checkout": async ({ path }, { checkOut }) => {
    await checkOut(path);
    return {};
  },
  /** Nothing is ever cached. */
  "actions/cache": async () => ({ "cache-hit": "false" }),
  "actions/setup-node": async () => ({}),
  /** The files lie beside the workspace afterwards; a file lies at the artifact's root, whatever its path was. */
  "actions/upload-artifact": async ({ name = "artifact", path = "" }, { workspace }) => {
    for (const one of path.split("\n").filter((line) => line.trim() !== "")) {
      const from = join(workspace, one.trim());
      const found = await stat(from).catch(() => null);
      if (found === null) continue;
      const root = join(artifacts(workspace), name);
      await cp(from, found.isFile() ? join(root, basename(from)) : root, { recursive: true });
    }
    return {};
  },
  /** One that is named lies in the folder itself; of several, asked for by a pattern, each in one of its own. */
  "actions/download-artifact": async ({ path = ".", pattern = "*", name: only }, { workspace }) => {
    await mkdir(join(workspace, path), { recursive: true });
    if (only !== undefined) {
      await cp(join(artifacts(workspace), only), join(workspace, path), { recursive: true });
      return {};
    }
    for (const name of await readdir(artifacts(workspace)).catch(() => [])) {
      if (!name.startsWith(pattern.replace("*", ""))) continue;
      await cp(join(artifacts(workspace), name), join(workspace, path, name), { recursive: true });
    }
    return {};
  },
  /** Signs nothing, and refuses what GitHub's would: lines that are no digest with a name. */
  "actions/attest-build-provenance": async ({ "subject-checksums": path = "" }, { workspace }) => {
    const lines = (await readFile(join(workspace, path), "utf8")).trim().split("\n");
    const wrong = lines.filter((line) => !/^[0-9a-f]{64} [ *]\S/.test(line));
    if (wrong.length > 0) throw new Error(`no digests: ${wrong.join("; ")}`);
    return {};
  },
  /** The site lies beside the workspace afterwards. */
  "actions/upload-pages-artifact": async ({ path = "_site" }, { workspace }) => {
    await cp(join(workspace, path), join(workspace, "..", "pages"), { recursive: true });
    return {};
  },
  "actions/deploy-pages": async () => ({ page_url: "https://acme.github.io/shop/" }),
};
