import { expect, test } from "vitest";
import { archiveEntry } from "../../../../test/support/archive-entry.ts";
import { bareGround } from "../../../../test/support/bare-ground.ts";
import { chooseDefinitions } from "./choose.ts";
import { containerKey } from "./ground.ts";

test.each([
  ["both are there", ["SCHEMA app", "PUBLICATION feed"], [3]],
  ["the schema is missing", ["PUBLICATION feed"], [1, 3, 4]],
  ["the publication is missing", ["SCHEMA app"], [2, 3, 4]],
])("a schema that a publication holds is added to it where one of them is made anew: %s", (_, there, chosen) => {
  const entries = [
    archiveEntry(1, "SCHEMA", "app"),
    archiveEntry(2, "PUBLICATION", "feed"),
    archiveEntry(3, "TABLE", "pets", { namespace: "app" }),
    // As pg_dump 15 writes it: of the schema, and dependent on both.
    archiveEntry(4, "PUBLICATION TABLES IN SCHEMA", "feed app", { namespace: "app", dependencies: [1, 2] }),
  ];
  const ground = bareGround({
    schemas: new Set(["app"]),
    roles: new Set(["postgres"]),
    containers: new Set(there.map((each) => containerKey(...(each.split(" ") as [string, string])))),
  });
  expect(chooseDefinitions(entries, ground).definitions.map(({ dumpId }) => dumpId)).toEqual(chosen);
});

test("what lies in no schema and calls or converts what is made anew comes back with it, where it was still there", () => {
  const entries = [
    archiveEntry(1, "TYPE", "mood", { namespace: "app" }),
    archiveEntry(2, "FUNCTION", "audit()", { namespace: "app" }),
    archiveEntry(3, "CAST", "CAST (text AS app.mood)", { owner: "", dependencies: [1] }),
    archiveEntry(4, "COMMENT", "CAST (text AS app.mood)", { dependencies: [3] }),
    archiveEntry(5, "CAST", "CAST (app.mood AS text)", { owner: "", dependencies: [1] }),
    archiveEntry(6, "EVENT TRIGGER", "audit", { dependencies: [2] }),
    archiveEntry(7, "EVENT TRIGGER", "platform", { dependencies: [99] }),
  ];
  const ground = bareGround({
    schemas: new Set(["app"]),
    roles: new Set(["postgres"]),
    loose: new Set([
      containerKey("CAST", "CAST (text AS app.mood)"),
      containerKey("EVENT TRIGGER", "audit"),
      containerKey("EVENT TRIGGER", "platform"),
    ]),
  });
  expect(chooseDefinitions(entries, ground).definitions.map(({ dumpId }) => dumpId)).toEqual([1, 2, 3, 6, 4]);
});
