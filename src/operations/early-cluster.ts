import { startCluster } from "../postgres/cluster.ts";
import type { Throwaway } from "../postgres/types.ts";
import type { UseCaseContext } from "./context.ts";

/** A private server that starts while its backup is still on the way. Disposing destroys it, unless somebody took it. */
export interface EarlyCluster extends AsyncDisposable {
  /** Starts one of this major, once. Nothing happens where ITHACA_THROWAWAY_URL names a server. */
  start(major: number): void;
  /** The server, if it has this major; null where there is none. It is the taker's to destroy. @throws as `startCluster` */
  take(major: number): Promise<Throwaway> | null;
}

/** Prepares for an early start; nothing is started yet. */
export function earlyCluster({ environment }: Pick<UseCaseContext, "environment">): EarlyCluster {
  let begun: { readonly major: number; readonly cluster: Promise<Throwaway> } | null = null;
  return {
    start(major) {
      if (begun !== null || (environment.ITHACA_THROWAWAY_URL ?? "") !== "") return;
      begun = { major, cluster: startCluster({ major }) };
      // Whoever takes it hears of a failure; before that nobody listens, and nothing is lost.
      begun.cluster.catch(() => {});
    },
    take(major) {
      if (begun?.major !== major) return null;
      const { cluster } = begun;
      begun = null;
      return cluster;
    },
    async [Symbol.asyncDispose]() {
      const left = await begun?.cluster.catch(() => null);
      await left?.destroy();
    },
  };
}
