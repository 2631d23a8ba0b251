import { findPrograms } from "../postgres/binaries.ts";
import { startCluster } from "../postgres/cluster.ts";
import type { Throwaway } from "../postgres/types.ts";
import type { UseCaseContext } from "./context.ts";

/** A private server that starts while its backup is still on the way. Disposing destroys it, unless somebody took it. */
export interface EarlyCluster extends AsyncDisposable {
  /** Starts the server of this machine where it has only one, whichever backup will come; nothing where it has several. */
  startOnly(): Promise<void>;
  /** Starts one for this major, unless one that suits it was started. */
  start(major: number): void;
  /** The server, if it suits this major; null where there is none. It is the taker's to destroy. @throws as `startCluster` */
  take(major: number): Promise<Throwaway> | null;
}

interface Begun {
  readonly suits: (major: number) => boolean;
  readonly cluster: Promise<Throwaway>;
}

/** Prepares for an early start; nothing is started yet. Nothing ever is where ITHACA_THROWAWAY_URL names a server. */
export function earlyCluster({ environment }: Pick<UseCaseContext, "environment">): EarlyCluster {
  const wanted = (environment.ITHACA_THROWAWAY_URL ?? "") === "";
  const begun: Begun[] = [];
  const begin = (suits: Begun["suits"], major: number) => {
    const cluster = startCluster({ major });
    // Whoever takes it hears of a failure; before that nobody listens, and nothing is lost.
    cluster.catch(() => {});
    begun.push({ suits, cluster });
  };
  return {
    async startOnly() {
      if (!wanted || begun.length > 0) return;
      const [only, ...others] = new Set((await findPrograms("initdb")).map(({ major }) => major));
      if (only !== undefined && others.length === 0) begin((major) => major <= only, only);
    },
    start(major) {
      if (wanted && !begun.some(({ suits }) => suits(major))) begin((other) => other === major, major);
    },
    take(major) {
      const at = begun.findIndex(({ suits }) => suits(major));
      const [found] = at < 0 ? [] : begun.splice(at, 1);
      return found?.cluster ?? null;
    },
    async [Symbol.asyncDispose]() {
      for (const { cluster } of begun.splice(0)) await (await cluster.catch(() => null))?.destroy();
    },
  };
}
