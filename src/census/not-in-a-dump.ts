import type { Difference, InventoryObject } from "./types.ts";

/** A difference with both of its objects, one of which may be absent. */
export interface JudgedDifference {
  readonly difference: Difference;
  readonly expected: InventoryObject | undefined;
  readonly actual: InventoryObject | undefined;
}

export interface JudgeContext {
  readonly sameMajor: boolean;
  /** Quoted names of extensions that were left out of the copy on purpose. */
  readonly skippedExtensions: ReadonlySet<string>;
  /** Quoted names of extensions whose version differs between the two sides. */
  readonly otherVersion: ReadonlySet<string>;
  /** Tables that are members of skipped extensions. */
  readonly skippedTables: ReadonlySet<string>;
}

/** The entry for the settings that every role has in every database of the server (sql/inventory/role-setting.sql). */
export const everyRole = "ALL";

/** Why a difference is no fault of the copy; null where it is one. */
type Rule = (judged: JudgedDifference, context: JudgeContext) => string | null;

/** The extension that a member belongs to. */
export function extensionOf(object: InventoryObject | undefined): string | null {
  const extension = object?.attributes.extension;
  return typeof extension === "string" ? extension : null;
}

const skippedExtension: Rule = ({ difference, expected }, { skippedExtensions, skippedTables }) => {
  const name = difference.kind === "extension" ? difference.object : extensionOf(expected);
  const table = difference.object.split(" ON ").at(-1) ?? "";
  const gone =
    (name !== null && skippedExtensions.has(name)) ||
    (difference.kind === "policy" && skippedTables.has(table)) ||
    (difference.kind === "comment" && [...skippedExtensions].some((e) => difference.object === `extension ${e}`));
  return gone && difference.change === "missing" ? "the extension was left out of the copy" : null;
};

const alteredMember: Rule = ({ difference, expected, actual }, { sameMajor, otherVersion }) => {
  if (difference.kind !== "extension-member") return null;
  const extension = extensionOf(expected) ?? extensionOf(actual);
  // A table that was added to the extension is in no dump, and its rows are not either.
  if (difference.change === "missing" && difference.object.startsWith("table ")) return null;
  if (extension !== null && otherVersion.has(extension)) return "the copy has another version of the extension";
  // pg_dump carries these three, so a copy must have them.
  if (["granted", "revoked", "row_security"].includes(difference.attribute)) return null;
  if (!sameMajor) return "the copy's server brings the extension in another major version";
  if (difference.change !== "changed") return null;
  // CREATE EXTENSION on the copy made the member anew. Where the source's is exactly as created too, somebody must have
  // altered the copy's.
  const sourceMayBeAltered = expected?.attributes.touched === true;
  const copyIsAsCreated = actual?.attributes.touched !== true;
  return sourceMayBeAltered || copyIsAsCreated
    ? "a dump does not carry what was altered on members of an extension: after a recovery, alter them again"
    : null;
};

/** 1.10 is later than 1.9. */
const byNumbers = new Intl.Collator("en", { numeric: true });

/** Whether the copy has what CREATE EXTENSION makes on its server, and the source an older version. */
function isOlderOnSource(expected: InventoryObject | undefined, actual: InventoryObject): boolean {
  const [was, { version: is, default_version: made }] = [expected?.attributes.version, actual.attributes];
  return typeof was === "string" && typeof is === "string" && is === made && byNumbers.compare(is, was) > 0;
}

const extensionItself: Rule = ({ difference, expected, actual }, { sameMajor }) => {
  if (difference.kind !== "extension" || actual === undefined) return null;
  if (difference.attribute === "owner") return "a dump does not carry the owner of an extension";
  // Which tables of an extension a dump carries the rows of is written in its script.
  if (["version", "configuration"].includes(difference.attribute) && isOlderOnSource(expected, actual)) {
    return `a dump does not carry the version of an extension, and the copy's server makes a newer one: \`ALTER EXTENSION ${difference.object} UPDATE\` brings the source to it`;
  }
  if (difference.attribute === "version" && !sameMajor) {
    return "the copy's server is of another major version and brings another version of the extension";
  }
  return null;
};

const invalidIndex: Rule = ({ difference, expected }) =>
  difference.kind === "index" && difference.change === "missing" && expected?.attributes.valid === false
    ? "a dump leaves out invalid indexes"
    : null;

const subscription: Rule = ({ difference }) =>
  difference.kind === "subscription" && difference.change === "missing"
    ? "a copy must not subscribe: after a recovery, create the subscription again"
    : null;

const password: Rule = ({ difference }) =>
  difference.kind === "role-password" ? "a copy holds no passwords: after a recovery, set them again" : null;

const bootstrapRole: Rule = ({ difference, actual }) =>
  difference.kind === "role" && actual?.attributes.bootstrap === true
    ? "on the copy's server this role is the first superuser, whose attributes cannot be changed"
    : null;

const disabledEnforcement: Rule = ({ difference, expected, actual }) =>
  difference.kind === "constraint" &&
  difference.attribute === "enforcement" &&
  expected?.attributes.enforcement !== undefined &&
  actual?.attributes.enforcement === undefined
    ? "a dump does not carry that a constraint's triggers are switched off or missing; on the copy it is enforced"
    : null;

const switchedOff: Rule = ({ difference }) =>
  difference.kind === "switched-off" && difference.change === "missing"
    ? "a dump does not carry that a flag of the catalog switches it off; on the copy no flag does"
    : null;

const databaseLocale: Rule = ({ difference }) =>
  difference.kind === "database" && ["collate", "ctype", "provider", "locale", "rules"].includes(difference.attribute)
    ? "the copy's server has other locales: order and letter case of text may differ"
    : null;

const tablespace: Rule = ({ difference, actual }) =>
  difference.attribute === "tablespace" && actual !== undefined && actual.attributes.tablespace === undefined
    ? "the copy's server does not have the tablespace: everything is in its default one"
    : null;

const securityLabel: Rule = ({ difference }) =>
  difference.kind === "security-label" && difference.change === "missing"
    ? "a security label needs its provider, which the copy's server does not have"
    : null;

const rowTypeGrants: Rule = ({ difference, actual }) =>
  difference.attribute === "row_type_grants" && actual?.attributes.row_type_grants === undefined
    ? "a dump does not carry grants on the row type of a table"
    : null;

/** What follows from a sequence's type. */
const ofSequenceType = new Set(["type", "minimum", "maximum"]);

const identityType: Rule = ({ difference, expected, actual }) =>
  difference.kind === "sequence" &&
  ofSequenceType.has(difference.attribute) &&
  expected?.attributes.column_type !== undefined &&
  actual?.attributes.column_type === undefined
    ? "a dump does not carry that an identity's sequence is of another type than its column; on the copy it is of the column's"
    : null;

const alteredCompanions: Rule = ({ difference, actual }) =>
  difference.attribute === "altered_companions" && actual?.attributes.altered_companions === undefined
    ? "a dump does not carry what was altered on the constructors and the multirange of a range type"
    : null;

const comment: Rule = ({ difference, expected }) =>
  difference.kind === "comment" && difference.change === "missing" && expected?.attributes.not_dumped !== undefined
    ? `a dump does not carry comments on what PostgreSQL makes along with another object (${expected.attributes.not_dumped})`
    : null;

const settingOfEveryRole: Rule = ({ difference }) =>
  difference.kind === "role-setting" && difference.object === everyRole
    ? "settings of all roles in all databases (ALTER ROLE ALL SET) are the server's, and no dump carries them: after a recovery, set them again"
    : null;

const systemObject: Rule = ({ difference }, { sameMajor }) => {
  if (difference.kind !== "system-object") return null;
  // Of a table the rows are lost too, which no hand makes anew.
  if (difference.change === "missing" && !difference.object.startsWith("table ")) {
    return "a dump leaves out what somebody made in PostgreSQL's own schemas: after a recovery, make it again, or have it in a schema of your own";
  }
  return sameMajor || difference.change === "missing" ? null : "the copy's server is of another major version";
};

const rules: readonly Rule[] = [
  skippedExtension,
  alteredMember,
  extensionItself,
  invalidIndex,
  subscription,
  password,
  bootstrapRole,
  disabledEnforcement,
  switchedOff,
  databaseLocale,
  tablespace,
  securityLabel,
  rowTypeGrants,
  identityType,
  alteredCompanions,
  comment,
  settingOfEveryRole,
  systemObject,
];

/** Why a difference cannot be otherwise on a copy that was made from a dump; null where it is a finding. */
export function whyNotInADump(judged: JudgedDifference, context: JudgeContext): string | null {
  for (const rule of rules) {
    const why = rule(judged, context);
    if (why !== null) return why;
  }
  return null;
}
