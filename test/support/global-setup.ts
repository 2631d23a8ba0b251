import type { TestProject } from "vitest/node";
import { startCluster } from "../../src/postgres/cluster.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Unix-socket directory of the PostgreSQL server that all test files share. */
    serverSocket: string;
  }
}

/** One real PostgreSQL server for the whole run; each test file makes its own databases on it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startCluster();
  project.provide("serverSocket", server.target.host);
  return async () => {
    await server.destroy();
  };
}
