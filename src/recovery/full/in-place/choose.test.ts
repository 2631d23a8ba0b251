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
