import { expect, test } from "vitest";
import { proofContext } from "../../test/support/proof.ts";
import { transactionPooler } from "../../test/support/transaction-pooler.ts";
import { systemClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { startCluster } from "../postgres/cluster.ts";
import { connect } from "../postgres/connect.ts";
import { openThrowaway } from "./throwaway.ts";

const context = {
  environment: {},
  clock: systemClock,
  progress: silentProgress,
  signal: new AbortController().signal,
  workingDirectory: process.cwd(),
};

test("a server of our own holds the copy's database, and nothing that its disk would be spent on beside it", async () => {
  const { manifest } = proofContext({});
  const { throwaway, facts } = await openThrowaway(context, manifest, null);
  try {
    expect(facts).toMatchObject({ kind: "cluster", notProduction: "own-cluster" });
    await using session = await connect(throwaway.target, { readOnly: true });
    const databases = await session.query<{ name: string }>("SELECT datname AS name FROM pg_database ORDER BY 1");
    expect(databases.map(({ name }) => name)).toEqual([manifest.server.database, "template1"].sort());
  } finally {
    await throwaway.destroy();
  }
});

test("production is not looked at through a pooler that lends its sessions on", async () => {
  const { manifest } = proofContext({});
  const server = await startCluster();
  try {
    await using pooler = await transactionPooler(server.target);
    const environment = { ITHACA_THROWAWAY_URL: "postgres://postgres@127.0.0.1:1/postgres" };
    await expect(openThrowaway({ ...context, environment }, manifest, pooler.target)).rejects.toMatchObject({
      id: "postgres.transaction_pooler",
    });
    expect(await pooler.settings()).toEqual([]);
  } finally {
    await server.destroy();
  }
});
