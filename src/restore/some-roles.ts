import type { RoleStatement } from "./role-statements.ts";
import type { RolesFile } from "./roles-file.ts";

/** Names of the roles that a roles.sql makes, and of those that may log in. Predefined ones are not among them. */
export function rolesIn({ statements }: RolesFile): { readonly names: string[]; readonly logins: string[] } {
  const own = (role: string) => !role.startsWith("pg_");
  return {
    names: statements.flatMap((one) => (one.kind === "create" && own(one.role) ? [one.role] : [])),
    logins: statements.flatMap((one) =>
      one.kind === "attributes" && own(one.role) && one.attributes.flags.get("LOGIN") === true ? [one.role] : [],
    ),
  };
}

function ofSome(statement: RoleStatement, only: ReadonlySet<string>): RoleStatement | null {
  switch (statement.kind) {
    case "session":
      return statement;
    case "setting":
      // Of everybody, or in this database: it is the copy's, and no other database's.
      return statement.role === null || statement.database !== null || only.has(statement.role) ? statement : null;
    case "membership":
      // It is the member who may do more by it.
      return only.has(statement.member) ? statement : null;
    case "parameter":
      // A grant on the server's settings outlives the database, and keeps its role from being dropped.
      return null;
    case "attributes": {
      if (!only.has(statement.role)) return null;
      const flags = new Map([...statement.attributes.flags, ["LOGIN", false] as const]);
      return { ...statement, attributes: { ...statement.attributes, flags } };
    }
    default:
      return only.has(statement.role) ? statement : null;
  }
}

/**
 * What a roles.sql says of some roles alone, for a server whose other roles are in use. They are made without the right
 * to log in: whoever restores gives it when the database has been proven.
 */
export function onlySomeRoles(file: RolesFile, only: ReadonlySet<string>): RolesFile {
  const statements = file.statements.map((one) => ofSome(one, only)).filter((one) => one !== null);
  return { ...file, statements };
}
