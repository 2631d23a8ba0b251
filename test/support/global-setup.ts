import type { TestProject } from "vitest/node";
import { startCluster } from "../../src/postgres/cluster.ts";
import { vaultTemplate } from "./vault-template.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Unix-socket directories of the PostgreSQL servers, one per worker. */
    serverSockets: string[];
    /** An empty vault, to be copied. */
    vaultTemplate: string;
  }
}

/**
 * A real PostgreSQL server for each worker of the run; each test file makes its own databases on it. Files that run at
 * the same time share nothing, because roles belong to a whole server and a backup notices when they change. Beside
 * them an empty vault, which tests copy.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const workers = project.config.maxWorkers;
  await using stack = new AsyncDisposableStack();
  const [vault, ...servers] = await Promise.all([
    vaultTemplate(),
    ...Array.from({ length: workers }, () => startCluster()),
  ]);
  for (const thing of [vault, ...servers]) stack.use(thing);
  project.provide("vaultTemplate", vault.path);
  project.provide(
    "serverSockets",
    servers.map((server) => server.target.host),
  );
  const all = stack.move();
  return () => all.disposeAsync();
}
