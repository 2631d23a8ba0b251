import type { TestProject } from "vitest/node";
import { startCluster } from "../../src/postgres/cluster.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Unix-socket directories of the PostgreSQL servers, one per worker. */
    serverSockets: string[];
  }
}

/**
 * A real PostgreSQL server for each worker of the run; each test file makes its own databases on it. Files that run at
 * the same time share nothing, because roles belong to a whole server and a backup notices when they change.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const workers = project.config.maxWorkers;
  const servers = await Promise.all(Array.from({ length: workers }, () => startCluster()));
  project.provide(
    "serverSockets",
    servers.map((server) => server.target.host),
  );
  return async () => {
    await Promise.all(servers.map((server) => server.destroy()));
  };
}
