import type { Target } from "../postgres/types.ts";

export async function connectionEnvironment(
  target: Target,
): Promise<AsyncDisposable & { readonly env: Record<string, string> }> {
  return {
    env: { PGHOST: target.host, PGPORT: String(target.port), PGUSER: target.user, PGSSLMODE: target.sslmode },
    async [Symbol.asyncDispose]() {},
  };
}
