import type { Check, CheckOutcome, ProofContext, ThrowawayFacts } from "../types.ts";

const proofs: Readonly<Record<Exclude<ThrowawayFacts["notProduction"], "none">, string>> = {
  "own-cluster": "a private server that this run started from nothing",
  "advisory-lock": "a random lock held on the source is not seen on the target",
  marker: "the target bears the throwaway's own marker",
};

const expected = "a target that is provably not production";

/** The target of the restore is not production, and what is known of its walls. */
export const isolationThrowaway: Check = {
  id: "isolation.throwaway",
  title: "The copy lives apart from production",
  run({ throwaway: { notProduction, isolation, kind } }: ProofContext): CheckOutcome {
    if (notProduction === "none") {
      const reason = `nothing shows that the ${kind} restored into is not production itself`;
      return { status: "not_run", expected, actual: "unknown", reason };
    }
    const walls = [
      isolation.networkless ? "no network but its own socket" : "reachable over the network",
      isolation.osUser === null ? null : `run by the OS user ${isolation.osUser}`,
    ].filter((wall) => wall !== null);
    return { status: "passed", expected, actual: `${proofs[notProduction]}; ${walls.join(", ")}` };
  },
};
