import { IthacaError } from "../base/errors.ts";
import { check } from "./check.ts";
import { resticSettings } from "./environment.ts";
import { fetch } from "./fetch.ts";
import { list } from "./listing.ts";
import { openRestic } from "./restic.ts";
import { retain } from "./retain.ts";
import { rights } from "./rights.ts";
import { save } from "./save.ts";
import type { Vault, VaultOptions } from "./types.ts";

/** restic's words for a repository that is there already, before it asks for the password. */
const alreadyThere = /config file already exists|already initialized/;

/**
 * Opens the vault that restic's own variables name: RESTIC_REPOSITORY and RESTIC_PASSWORD (or the `_FILE` and `_COMMAND`
 * forms), and those of the cloud that it is in. Nothing is contacted before the first operation.
 *
 * @throws not_configured naming every variable that is missing
 */
export function openVault(environment: NodeJS.ProcessEnv): Vault {
  const restic = openRestic(resticSettings(environment));
  const exists = async (options: VaultOptions = {}) => {
    try {
      await restic.call(["cat", "config", "--no-lock"], options);
      return true;
    } catch (error) {
      if (error instanceof IthacaError && error.id === "vault.no_repository") return false;
      throw error;
    }
  };
  return {
    repository: restic.repository,
    exists,
    async initialise(options: VaultOptions = {}) {
      // restic takes a refusal or a fault of the server for "not there", and would put a new vault over the full one.
      if (await exists(options)) return false;
      const { exitCode } = await restic.call(["init"], { ...options, tolerate: alreadyThere });
      return exitCode === 0;
    },
    save: (directory, label, options) => save(restic, directory, label, options),
    list: (database, options) => list(restic, database, options),
    fetch: (entry, destination, options) => fetch(restic, entry, destination, options),
    retain: (options) => retain(restic, options),
    rights: (options) => rights(restic, options),
    check: (options) => check(restic, options),
  };
}

/** A vault in a folder of this machine, for demonstrations and tests: no cloud, no variables. */
export function localVault(directory: string, password: string): Vault {
  const { PATH, HOME } = process.env;
  return openVault({
    ...(PATH === undefined ? {} : { PATH }),
    ...(HOME === undefined ? {} : { HOME }),
    RESTIC_REPOSITORY: `local:${directory}`,
    RESTIC_PASSWORD: password,
  });
}
