import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { newIncident } from "../../test/support/recovery.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { incidentsDirectory, listIncidents, writeIncident } from "../recovery/incident.ts";
import { removeMarker, writeMarker } from "../recovery/marker.ts";
import type { Incident, Notes } from "../recovery/types.ts";
import { assertSameRequest, assertStillSo, assertUnused, findUnfinished } from "./unfinished.ts";

let database: TestDatabase;
let scratch: Scratch;
beforeAll(async () => {
  database = await testDatabase();
  scratch = await scratchDirectory("unfinished");
});
afterAll(async () => {
  await scratch[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const backup = { id: "2026-11-22T02-00-05Z-test-4f1c2a9b", taken_at: "2026-11-22T02:00:05.000Z", digest: "d" };
const method = (request: Notes) => ({ kind: "table" as const, mode: "missing-rows", request });

function open(request: Notes, more: Partial<Incident> = {}): Incident {
  const restore_point = { backup, at: backup.taken_at };
  return { ...newIncident(method(request)), state: { step: "execute", outcome: null }, restore_point, ...more };
}

const asked = { table: "public.orders", backup: "latest", map: [], "with-parents": false };

test.each<[string, Notes, string | null]>([
  ["the same", asked, null],
  ["another table", { ...asked, table: "public.lines" }, "--table"],
  ["another backup", { ...asked, backup: "2026-11-21T02-00-05Z-test-1a2b3c4d" }, "--backup"],
  ["the backup by its id, since the latest is another by now", { ...asked, backup: backup.id }, null],
  ["more than was asked for", { ...asked, "with-parents": true }, "--with-parents"],
  ["patience for a lock", { ...asked, "lock-timeout": 30 }, null],
])("an unfinished recovery is gone on with as it was asked for: %s", (_, request, option) => {
  const check = () => assertSameRequest(open(asked), method(request));
  if (option === null) expect(check).not.toThrow();
  else {
    const command = "npm run ithaca -- recover table --database test --table public.orders";
    expect(check).toThrow(expect.objectContaining({ id: "recovery.other_request", exitCode: 2 }));
    expect(check).toThrow(`${option}; run it again to its end first, as it was asked for: ${command}`);
  }
});

test("what another run has done since it was found is seen under the lock, and a marker nobody can read is no clean slate", async () => {
  const place = { reports: scratch.path, name: "test", target: database.target };
  const found = open(asked);
  await writeMarker(database.target, found);
  expect((await findUnfinished(place, "no marker"))?.id).toBe(found.id);
  await assertStillSo(place, found);
  const later = { ...found, updated_at: new Date(Date.now() + 1000).toISOString() };
  await writeMarker(database.target, later);
  await expect(assertStillSo(place, found)).rejects.toMatchObject({ id: "recovery.overtaken" });
  await removeMarker(database.target);
  await expect(assertStillSo(place, found)).rejects.toMatchObject({ id: "recovery.overtaken" });

  const shut = { ...place, target: { ...database.target, user: "nobody_at_all" } };
  expect(await findUnfinished(shut, "no marker")).toBeNull();
  await expect(assertStillSo(shut, null)).rejects.toMatchObject({ kind: "surroundings" });
});

test("the name of an incident that came to something is not given again", async () => {
  const directory = incidentsDirectory(scratch.path);
  await mkdir(directory, { recursive: true });
  for (const outcome of ["recovered", "needs_person"] as const) {
    const id = `lost-${outcome.replace("_", "-")}`;
    await writeIncident(directory, open(asked, { id, state: { step: "ended", outcome } }));
    await expect(assertUnused(scratch.path, id)).rejects.toMatchObject({
      id: "recovery.incident_ended",
      exitCode: 2,
    });
  }
  await writeIncident(directory, open(asked, { id: "not-begun", state: { step: "ended", outcome: "failed" } }));
  await assertUnused(scratch.path, "not-begun");
  await assertUnused(scratch.path, "never-heard-of");
  const files = (await readdir(directory)).sort();
  expect(files).toEqual(["lost-needs-person.json", "lost-recovered.json", "not-begun.json"]);
  // What else lies there is nobody's incident.
  await writeFile(join(directory, "notes.v2.json"), "{}");
  expect(await listIncidents(directory, "test")).toHaveLength(3);
  expect(await readFile(join(directory, "lost-recovered.json"), "utf8")).toContain('"recovered"');
});
