import { join } from "node:path";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { localVault } from "../../src/vault/vault.ts";
import { cheapenKey } from "./cheap-key.ts";

/** A canary: it must appear in no message and no list of processes. */
export const vaultPassword = "canary-vault-password";

/** An empty repository with a key that costs nothing, which every test of a run copies. Disposing removes it. */
export async function vaultTemplate(): Promise<AsyncDisposable & { readonly path: string }> {
  const scratch = await scratchDirectory("vault-template");
  const path = join(scratch.path, "repository");
  await localVault(path, vaultPassword).initialise();
  await cheapenKey(path, vaultPassword);
  return { path, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() };
}
