import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { incidentFolder, newIncident } from "../../test/support/recovery.ts";
import { listIncidents, readIncident } from "./incident.ts";
import { readMarker, writeMarker } from "./marker.ts";

test("the incident file and the marker hold the same, and a damaged file is told by name", async () => {
  await using database = await testDatabase();
  await using folder = await incidentFolder();
  const incident = { ...newIncident({ kind: "full", mode: "side-by-side", request: {} }), reason: "Größe 🎈" };
  await folder.save(incident);
  expect(await readIncident(folder.path, incident.id)).toEqual(incident);
  expect(await listIncidents(folder.path, "test")).toEqual([incident]);
  expect(await listIncidents(folder.path, "another")).toEqual([]);
  await writeMarker(database.target, incident);
  expect(await readMarker(database.target)).toEqual(incident);
  await expect(readIncident(folder.path, "../../x")).rejects.toMatchObject({ id: "recovery.bad_incident_id" });
});
