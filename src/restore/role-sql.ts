import { quoteIdentifier, quoteLiteral } from "../postgres/quote.ts";
import type { MembershipStatement, RoleAttributes, SettingStatement } from "./role-statements.ts";

/** A literal that reads the same whatever `standard_conforming_strings` says. */
function literal(text: string): string {
  return text.includes("\\") ? ` E${quoteLiteral(text.replaceAll("\\", "\\\\"))}` : quoteLiteral(text);
}

/** `ALTER ROLE ... WITH ...` for these attributes. */
export function alterRole(role: string, attributes: RoleAttributes): string {
  const parts = [...attributes.flags].map(([flag, on]) => (on ? flag : `NO${flag}`));
  if (attributes.connectionLimit !== null) parts.push(`CONNECTION LIMIT ${attributes.connectionLimit}`);
  if (attributes.validUntil !== null) parts.push(`VALID UNTIL ${literal(attributes.validUntil)}`);
  return `ALTER ROLE ${quoteIdentifier(role)} WITH ${parts.join(" ")}`;
}

/** `GRANT role TO member`, with its options and, where asked, its grantor. */
export function grantMembership(membership: MembershipStatement, versionNum: number, withGrantor: boolean): string {
  const { role, member, options, grantor } = membership;
  // Before 16 there is one option only, and it has no value.
  const spelled =
    versionNum >= 160_000
      ? [...options].map(([name, on]) => `${name} ${on ? "TRUE" : "FALSE"}`)
      : options.get("ADMIN") === true
        ? ["ADMIN OPTION"]
        : [];
  return [
    `GRANT ${quoteIdentifier(role)} TO ${quoteIdentifier(member)}`,
    ...(spelled.length > 0 ? [`WITH ${spelled.join(", ")}`] : []),
    ...(withGrantor && grantor !== null ? [`GRANTED BY ${quoteIdentifier(grantor)}`] : []),
  ].join(" ");
}

/** `ALTER ROLE | DATABASE ... SET ...`. `database` is the copy's name, whatever the source's was. */
export function alterSetting(statement: SettingStatement, database: string): string {
  const { role, setting, values } = statement;
  const scope =
    role === null
      ? `DATABASE ${quoteIdentifier(database)}`
      : `ROLE ${quoteIdentifier(role)}${statement.database === null ? "" : ` IN DATABASE ${quoteIdentifier(database)}`}`;
  return `ALTER ${scope} SET ${quoteIdentifier(setting)} TO ${values.map(literal).join(", ")}`;
}

export function commentOn(what: string, text: string): string {
  return `COMMENT ON ${what} IS ${literal(text)}`;
}

export function labelOn(what: string, provider: string, label: string): string {
  return `SECURITY LABEL FOR ${quoteIdentifier(provider)} ON ${what} IS ${literal(label)}`;
}
