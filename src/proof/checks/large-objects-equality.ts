import { spellAmount } from "../../base/spell.ts";
import { publicHash } from "../keys.ts";
import { judge, notApplicable } from "../outcome.ts";
import type { Check, CheckOutcome, Finding, ProofContext } from "../types.ts";

/** Large objects by number and content; PostgreSQL keeps them outside of every table. */
export const largeObjectsEquality: Check = {
  id: "large_objects.equality",
  title: "Every large object is there, byte by byte",
  run({ expected, copy, hashKey }: ProofContext): CheckOutcome {
    const [source, restored] = [expected.large_objects, copy.large_objects];
    if (source === null) {
      if (restored === null || restored.count === 0) {
        return notApplicable("Large objects", "the census holds none: there were none, or its role may not read them");
      }
      const reason = `the census of the source holds no large objects, and the copy has ${restored.count}`;
      return { status: "not_run", expected: "unknown", actual: spellAmount(restored.count, "large object"), reason };
    }
    const total = spellAmount(source.count, "large object");
    if (restored === null) {
      if (source.count === 0) return judge({ expected: total, actual: total, findings: [] });
      return judge({
        expected: total,
        actual: "none",
        findings: [{ object: "large objects", attribute: "count", expected: String(source.count), actual: "0" }],
      });
    }
    const findings: Finding[] = [];
    if (source.count !== restored.count) {
      const [was, is] = [String(source.count), String(restored.count)];
      findings.push({ object: "large objects", attribute: "count", expected: was, actual: is });
    } else if (source.hash !== restored.hash) {
      findings.push({
        object: "large objects",
        attribute: "content",
        expected: publicHash(source.hash, hashKey),
        actual: publicHash(restored.hash, hashKey),
      });
    }
    return judge({ expected: total, actual: spellAmount(restored.count, "large object"), findings });
  },
};
