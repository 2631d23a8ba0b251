import { describe, expect, test } from "vitest";
import { parsePlan } from "./parse.ts";
import { selectDatabase } from "./select-database.ts";

const one = parsePlan("version: 1\ndatabases: {shop: {}}", "ithaca.yaml");
const billing = "{url_secret: BILLING_URL, recovery: {url_secret: BILLING_RECOVERY_URL}, platform: supabase}";
const two = parsePlan(`version: 1\ndatabases: {shop: {}, billing: ${billing}}`, "ithaca.yaml");

describe("the database of a command", () => {
  test("is the only one", () => expect(selectDatabase(one, undefined).name).toBe("shop"));
  test("is the named one", () => {
    expect(selectDatabase(two, "billing")).toMatchObject({ name: "billing", database: { platform: "supabase" } });
  });
  test("must be named where there are several", () => {
    expect(() => selectDatabase(two, undefined)).toThrow(
      "The plan has 2 databases (shop, billing); say which one, such as --database shop.",
    );
  });
  test.each([
    ["shpo", "The plan has no database shpo, only shop, billing; did you mean shop? Then say --database shop."],
    ["zebra-crossing", "The plan has no database zebra-crossing, only shop, billing; name one"],
    ["constructor", "The plan has no database constructor"],
    ["", "The plan has no database "],
  ])("is not %j", (name, message) => expect(() => selectDatabase(two, name)).toThrow(message));
});
