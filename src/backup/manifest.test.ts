import { expect, test } from "vitest";
import { proofContext } from "../../test/support/proof.ts";
import { digestOf } from "./files.ts";
import { manifestSchema } from "./manifest.ts";

const { manifest } = proofContext();
const evidence = { sequence: 12, digest: "ab".repeat(32) };

test("a backup from before the evidence chain is read as it is, and keeps its digest", () => {
  expect(manifest).not.toHaveProperty("evidence");
  expect(digestOf(manifestSchema.parse(manifest))).toBe(digestOf(manifest));
});

test("the link that a backup remembers is covered by its digest", () => {
  const digests = [evidence, { ...evidence, sequence: 13 }, null].map((each) =>
    digestOf(manifestSchema.parse({ ...manifest, evidence: each })),
  );
  expect(new Set(digests).size).toBe(3);
});
