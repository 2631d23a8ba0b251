import { afterAll, beforeAll, expect, test } from "vitest";
import { testBackup } from "../../../test/support/backup.ts";
import { ask } from "../../../test/support/database.ts";
import { drive, fullRecovery, newIncident } from "../../../test/support/recovery.ts";
import { startCluster } from "../../postgres/cluster.ts";
import { withDatabase } from "../../postgres/target.ts";
import type { Throwaway } from "../../postgres/types.ts";
import { namesBeside } from "./names.ts";
import { sideBySide } from "./side-by-side.ts";

/* A server that decodes its log: the tests' own does not. */
let server: Throwaway;
beforeAll(async () => {
  server = await startCluster({ settings: { wal_level: "logical", max_wal_senders: "4" } });
});
afterAll(async () => {
  await server.destroy();
});

test("a logical slot stays with the old database: plan and next steps name it, and only those of this database", async () => {
  const target = withDatabase(server.target, "shop");
  await ask(server.target, async (session) => {
    await session.query("CREATE DATABASE shop");
    await session.query("SELECT pg_create_logical_replication_slot('of_another', 'test_decoding')");
    await session.query("SELECT pg_create_physical_replication_slot('of_a_standby')");
  });
  await ask(target, async (session) => {
    await session.query("CREATE TABLE public.orders (id int PRIMARY KEY)");
    await session.query("SELECT pg_create_logical_replication_slot('feed', 'test_decoding')");
  });
  await using backup = await testBackup(target);
  const method = sideBySide(fullRecovery(target, backup));
  const begun = newIncident(method);
  const { incident, fault } = await drive(target, method, begun);
  expect(fault).toBeNull();
  const { before } = namesBeside("shop", begun.id);
  const [slot] = await ask(server.target, (session) =>
    session.query("SELECT database FROM pg_replication_slots WHERE slot_name = 'feed'"),
  );
  expect(slot).toEqual({ database: before });
  const hazards = incident.preview?.hazards.join("\n");
  expect(hazards).toContain(`Logical replication slot feed stays with ${before}`);
  const steps = incident.next_steps.join("\n");
  expect(steps).toContain("SELECT pg_drop_replication_slot('feed');");
  expect(`${hazards}\n${steps}`).not.toMatch(/of_another|of_a_standby/);
});
