import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { scratchDirectory } from "../base/scratch.ts";
import { generatedFiles, writeGeneratedFiles } from "./generated.ts";
import { planShape, type SchemaNode } from "./known-keys.ts";

const root = new URL("../../", import.meta.url);

describe("generated files", () => {
  test.each([...generatedFiles()])("%s is up to date; if not, run `npm run generate`", async (path, text) => {
    expect(await readFile(new URL(path, root), "utf8")).toBe(text);
  });

  test("only those that are out of date are written", async () => {
    await using scratch = await scratchDirectory("generated");
    await mkdir(join(scratch.path, "docs"));
    const folder = pathToFileURL(`${scratch.path}/`);
    expect(await writeGeneratedFiles(folder)).toEqual(["ithaca.schema.json", "docs/plan-reference.md"]);
    expect(await writeGeneratedFiles(folder)).toEqual([]);
  });
});

test("every key of the plan says what it means, and stands in the reference", () => {
  const reference = generatedFiles().get("docs/plan-reference.md") ?? "";
  const visit = (node: SchemaNode, at: string): void => {
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      expect(child.description, `${at}.${key}`).toMatch(/\S/);
      expect(reference, `${at}.${key}`).toContain(`| \`${key}\``);
      visit(child, `${at}.${key}`);
    }
    if (typeof node.additionalProperties === "object") visit(node.additionalProperties, `${at}.*`);
    if (node.items) visit(node.items, `${at}[]`);
  };
  visit(planShape(), "");
});

test("the schema knows defaults, allows empty keys, and forbids unknown ones", () => {
  const schema = JSON.parse(generatedFiles().get("ithaca.schema.json") ?? "");
  expect(schema.properties.objectives.properties.rto).toMatchObject({ default: "4h", type: ["string", "null"] });
  expect(schema.properties.databases.additionalProperties).toMatchObject({
    type: ["object", "null"],
    additionalProperties: false,
  });
  expect(schema.additionalProperties).toBe(false);
  expect(schema.required).toEqual(["version", "databases"]);
});
