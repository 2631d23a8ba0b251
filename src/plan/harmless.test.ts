import { describe, expect, test } from "vitest";
import { faults, refusal, shop, top } from "./examples/refusals.ts";

describe("a secret that was pasted into a plan", () => {
  test.each([
    ["a connection string", shop("url_secret: postgres://u:hunter2secret@db.example.org/x")],
    ["a connection string in quotes", shop('url_secret: "postgresql://u@db/x?password=hunter2secret"')],
    ["a bare password", shop("url_secret: hunter2secret")],
    ["under an unknown key", shop("url: postgres://u:hunter2secret@db/x")],
    ["as a key", shop('"postgres://u:hunter2secret@db/x": 1')],
    ["twice as a key", shop("postgres://u:hunter2secret@db/x: 1", "postgres://u:hunter2secret@db/x: 2")],
    ["as an item of a list", shop("rls_tables: ['postgres://u:hunter2secret@db/x']")],
    ["as a duration", top("objectives: {rto: 'sbp_hunter2secret00'}")],
    ["as a database's name", "version: 1\ndatabases:\n  'postgres://u:hunter2secret@db/x': {}"],
    ["in broken YAML", shop("url_secret: postgres://u:hunter2secret: @db/x")],
    ["as an alias", shop("url_secret: *hunter2secret")],
    [
      "where any text may stand",
      top("contacts: {primary: {role: 'https://hooks.slack.com/services/T0/B0/hunter2secret'}}"),
    ],
  ])("%s is refused and never shown", (_what, text) => {
    expect(refusal(text).message).not.toContain("hunter2secret");
    expect(refusal(text).message).toMatch(/^ithaca.yaml:[34]:/);
  });
  test("is told to be changed, and where the name belongs", () => {
    expect(faults(shop("url_secret: postgres://u:pw@db/x"))).toEqual([
      "ithaca.yaml:4: databases.shop.url_secret holds what looks like a secret, and plans are committed; remove it, write the NAME of the environment variable that holds it, and change the secret if it was ever pushed",
    ]);
  });
});
