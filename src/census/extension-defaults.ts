import type { Session } from "../postgres/types.ts";
import { censusSql } from "./sql.ts";
import { reading } from "./transaction.ts";
import type { InventoryObject } from "./types.ts";

const versionsSql = censusSql("extension-defaults");

const versions = (inventory: readonly InventoryObject[]) =>
  new Map(inventory.flatMap((o) => (o.kind === "extension" ? [[o.name, o.attributes.version]] : [])));

/**
 * Notes with each extension of a copy which version its server gives by default. A dump says CREATE EXTENSION without a
 * version, so that only the default can have come from it. The server is asked only where a version is not the source's:
 * it opens the control files of all its extensions for that.
 *
 * @param expected the inventory of the source
 * @param found the copy's
 */
export async function withExtensionDefaults(
  session: Session,
  expected: readonly InventoryObject[],
  found: readonly InventoryObject[],
): Promise<readonly InventoryObject[]> {
  const source = versions(expected);
  const others = [...versions(found)].filter(([name, version]) => source.has(name) && source.get(name) !== version);
  if (others.length === 0) return found;
  const rows = await reading(session, {}, () => session.query<{ name: string; version: string }>(versionsSql));
  const defaults = new Map(rows.map(({ name, version }) => [name, version]));
  return found.map((object) => {
    const version = object.kind === "extension" ? defaults.get(object.name) : undefined;
    return version === undefined
      ? object
      : { ...object, attributes: { ...object.attributes, default_version: version } };
  });
}
