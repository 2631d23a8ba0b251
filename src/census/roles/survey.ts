import type { Session } from "../../postgres/types.ts";
import type { RoleRights, Scope } from "../types.ts";
import { type AskedObject, type AskedRole, listObjects, listRights, listRoles, type Right } from "./objects.ts";

/** Which roles and objects there are, and who may do what: all of it from the catalog. */
export interface Survey {
  readonly roles: readonly AskedRole[];
  readonly rights: readonly RoleRights[];
  /** By role, what it may read and not simply read all of: filtered tables and views, smallest first. */
  readonly open: ReadonlyMap<string, readonly Readable[]>;
  /** Everything that anybody could be asked about. */
  readonly objects: readonly AskedObject[];
}

/** An object in the eyes of one role. */
export interface Readable {
  readonly object: AskedObject;
  /** Columns that the role may read, quoted. */
  readonly columns: readonly string[];
}

function rightsText(rights: readonly Right[]): string {
  return rights
    .map(({ privilege, columns }) => privilege.toLowerCase() + (columns === null ? "" : ` (${columns.join(", ")})`))
    .join(", ");
}

/** Reads the catalog for these roles; objects out of the backup's scope are not there. */
export async function survey(session: Session, names: readonly string[], scope: Scope): Promise<Survey> {
  const roles = await listRoles(session, names);
  const schemas = new Set(scope.excludedSchemas);
  const tables = new Set(scope.excludedTables);
  const objects = (await listObjects(session)).filter(
    ({ schema, qualified }) => !schemas.has(schema) && !tables.has(qualified),
  );
  const byOid = new Map(objects.map((object) => [object.oid, object]));
  const existing = roles.map(({ role }) => role);
  const all = existing.length === 0 ? [] : await listRights(session, existing, [...byOid.keys()]);
  const byRole = Map.groupBy(all, ({ role }) => role);
  const rights: RoleRights[] = [];
  const open = new Map<string, Readable[]>();
  for (const role of existing) {
    const texts: Record<string, string> = {};
    const unfiltered: string[] = [];
    const readable: Readable[] = [];
    for (const [oid, own] of Map.groupBy(byRole.get(role) ?? [], (right) => right.oid)) {
      const object = byOid.get(oid);
      if (object === undefined) continue;
      texts[object.qualified] = rightsText(own);
      const select = own.find(({ privilege }) => privilege === "SELECT");
      if (select === undefined) continue;
      if (object.kind === "v" || select.filtered) readable.push({ object, columns: select.columns ?? object.columns });
      else unfiltered.push(object.qualified);
    }
    rights.push({ role, rights: texts, unfiltered: unfiltered.sort() });
    open.set(
      role,
      readable.sort((a, b) => a.object.pages - b.object.pages),
    );
  }
  return { roles, rights, open, objects };
}
