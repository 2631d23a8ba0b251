import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Lets Node keep what it has compiled, which halves the start of the program. The cache lies beside our dependencies and
 * not in the system's temporary directory, where somebody else could lay code for us to run. It only helps modules that
 * are imported afterwards; where it cannot be written, everything works as without it.
 */
export function useCompileCache(): void {
  enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/compile", import.meta.url)));
}
