import { holdersOf } from "./inventory-names.ts";
import type { Census, InventoryObject, Perspective, RoleViews } from "./types.ts";

/*
 * The schema in which a running recovery notes what it is at. It is ours and not the database's: a backup that held it
 * would be the backup of a recovery, which no recovery could put back.
 */

/** As SQL writes it too: it needs no quotes. */
export const markerSchema = "ithaca_recovery";

const isOutside = (name: string) => !name.startsWith(`${markerSchema}.`);

function isObjectOutside(object: InventoryObject): boolean {
  if (object.kind === "schema" && object.name === markerSchema) return false;
  return !holdersOf(object).some(({ kind, name }) => kind === "schema" && name === markerSchema);
}

function outside<T>(named: { readonly [name: string]: T }): { [name: string]: T } {
  return Object.fromEntries(Object.entries(named).filter(([name]) => isOutside(name)));
}

function viewsOutside(views: RoleViews): RoleViews {
  const { chosen } = views;
  return {
    ...views,
    roles: views.roles.map((one) => ({
      ...one,
      rights: outside(one.rights),
      unfiltered: one.unfiltered.filter(isOutside),
    })),
    perspectives: views.perspectives.map((one: Perspective) => ({ ...one, sights: outside(one.sights) })),
    unsteady: outside(views.unsteady),
    ...(chosen === undefined ? {} : { chosen: outside(chosen) }),
  };
}

/** A census without the marker, which backups of earlier versions hold where they were taken during a recovery. */
export function withoutMarker(census: Census): Census {
  if (!census.inventory.some(({ kind, name }) => kind === "schema" && name === markerSchema)) return census;
  const { role_views } = census;
  return {
    ...census,
    tables: outside(census.tables),
    sequences: outside(census.sequences),
    inventory: census.inventory.filter(isObjectOutside),
    ...(role_views === undefined ? {} : { role_views: viewsOutside(role_views) }),
  };
}
