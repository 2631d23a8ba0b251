import { expect, test } from "vitest";
import type { ArchiveEntry } from "./archive.ts";
import { type ServerFacts, selectEntries } from "./selection.ts";

let nextId = 1;

function entry(desc: string, tag: string, more: Partial<ArchiveEntry> = {}): ArchiveEntry {
  const dumpId = nextId++;
  const none = { owner: "postgres", tablespace: null, defn: "", copyStatement: "", dependencies: [], fileName: "" };
  return { dumpId, catalogOid: "0", oid: String(dumpId), desc, namespace: null, tag, ...none, ...more };
}

const server: ServerFacts = {
  availableExtensions: new Set(["hstore", "pg_cron"]),
  tablespaces: new Set(["pg_default"]),
};

test("an extension that the server lacks goes with all that belongs to it; what merely uses it is tried and named", () => {
  const vector = entry("EXTENSION", "vector");
  const hstore = entry("EXTENSION", "hstore");
  const dependencies = [vector.dumpId];
  const comment = entry("COMMENT", "EXTENSION vector", { dependencies });
  const grant = entry("ACL", "FUNCTION embed(text)", { dependencies, namespace: "ai" });
  const rows = entry("TABLE DATA", "models", { dependencies, namespace: "ai" });
  const user = entry("TABLE", "lessons", { dependencies, namespace: "public" });
  const userRows = entry("TABLE DATA", "lessons", { dependencies: [user.dumpId], namespace: "public", oid: user.oid });
  const { load, skipped } = selectEntries([vector, hstore, comment, grant, rows, user, userRows], server);
  expect(load).toEqual([hstore, user, userRows]);
  expect(skipped).toEqual([
    {
      what: "extension vector",
      why: "the throwaway server does not have it; with it went ACL ai FUNCTION embed(text), TABLE DATA ai models; on it depend TABLE public lessons",
      kind: "extension",
      object: "vector",
    },
  ]);
});

test("extensions that would act on a copy are left out even where the server has them", () => {
  const cron = entry("EXTENSION", "pg_cron");
  const jobs = entry("TABLE DATA", "job", { dependencies: [cron.dumpId], namespace: "cron" });
  const { load, skipped } = selectEntries([cron, jobs], server);
  expect(load).toEqual([]);
  expect(skipped[0]?.why).toBe("it would run the source's jobs on the copy; with it went TABLE DATA cron job");
});

test("subscriptions never come, event triggers come last", () => {
  const subscription = entry("SUBSCRIPTION", "sub");
  const comment = entry("COMMENT", "SUBSCRIPTION sub", { dependencies: [subscription.dumpId] });
  const trigger = entry("EVENT TRIGGER", "veto");
  const triggerComment = entry("COMMENT", "EVENT TRIGGER veto", { dependencies: [trigger.dumpId] });
  const matview = entry("MATERIALIZED VIEW DATA", "mv", { namespace: "public" });
  const selected = selectEntries([subscription, comment, trigger, triggerComment, matview], server);
  expect(selected.load).toEqual([matview]);
  expect(selected.eventTriggers).toEqual([trigger, triggerComment]);
  expect(selected.skipped.map(({ kind, object }) => [kind, object])).toEqual([["subscription", "sub"]]);
});

test("a tablespace that the server lacks is done without, and said", () => {
  const table = entry("TABLE", "t", { tablespace: "fast" });
  expect(selectEntries([table], server)).toMatchObject({ withoutTablespaces: true, skipped: [{ object: "fast" }] });
  const facts = { ...server, tablespaces: new Set(["fast"]) };
  expect(selectEntries([table], facts)).toMatchObject({ withoutTablespaces: false, skipped: [] });
});
