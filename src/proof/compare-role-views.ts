import type { Census, Perspective, RoleRights, RoleViews, Sight } from "../census/types.ts";
import { describeFailure } from "./failure.ts";
import { publicHash, publicKey } from "./keys.ts";
import type { Finding } from "./types.ts";

/** What two readings of who may see what have to say to each other. */
export interface ViewComparison {
  readonly findings: readonly Finding[];
  readonly unproven: readonly string[];
  /** Sights and rights that were found equal. */
  readonly equal: { readonly sights: number; readonly rights: number };
}

/**
 * How a perspective is named in a report: `authenticated user 6f0c..., app role parent`. Users by key as far as a key may
 * be shown; the application's roles only where they are labels of an enum, since other columns hold anything.
 */
function perspectiveName({ role, user, app_roles }: Perspective, users: RoleViews["users"], key: Buffer): string {
  if (user === null) return role;
  const name = `${role} user ${publicKey([{ value: user, type: users?.key_type ?? "" }], key)}`;
  if (users?.app_role_type !== "enum" || app_roles.length === 0) return name;
  return `${name}, app role${app_roles.length > 1 ? "s" : ""} ${app_roles.join(" and ")}`;
}

interface Side {
  readonly views: RoleViews;
  readonly rights: ReadonlyMap<string, RoleRights>;
  /** Rows of a table, for "every row". */
  readonly tables: Census["tables"];
}

function side({ tables }: Census, views: RoleViews): Side {
  return { views, tables, rights: new Map(views.roles.map((role) => [role.role, role])) };
}

/** What one perspective sees of one object, in words; equal words are equal sights, but for the hash. */
function inWords({ tables, rights, views }: Side, perspective: Perspective | undefined, role: string, object: string) {
  const all = rights.get(role)?.unfiltered.includes(object) === true;
  const sight: Sight | undefined = perspective?.sights[object];
  if (all) {
    const rows = tables[object]?.rows;
    return { text: rows === undefined ? "every row" : `every row (${rows})`, sight: "all" as const };
  }
  if (sight?.kind === "rows") {
    const many = sight.rows >= views.limit ? `${sight.rows} rows or more` : `${sight.rows} rows`;
    return { text: sight.of === undefined ? many : `${many} of ${sight.of} that were asked about`, sight };
  }
  if (sight?.kind === "granted") return { text: "may be read", sight };
  if (sight?.kind === "refused") {
    return { text: describeFailure(Object.assign(new Error(), { code: sight.code })), sight };
  }
  return { text: "not read", sight };
}

function rightsOf(side: Side, role: string, object: string): string {
  return side.rights.get(role)?.rights[object] ?? "none";
}

/** SELECT of a table is the first that a text of rights names. */
const reads = (rights: string) => /^select\b/.test(rights) && !/^select \(/.test(rights);

export interface ViewComparisonOptions {
  readonly hashKey: Buffer;
  /** Whether an object is there on both sides: what is not is told with the definitions. */
  readonly onBoth: (object: string) => boolean;
}

/** Compares rights and sights of every role and user of the source with those on the copy. Reads nothing. */
export function compareRoleViews(expected: Census, copy: Census, options: ViewComparisonOptions): ViewComparison {
  const findings: Finding[] = [];
  const unproven: string[] = [];
  const equal = { sights: 0, rights: 0 };
  if (expected.role_views === undefined || copy.role_views === undefined) return { findings, unproven, equal };
  const [source, restored] = [side(expected, expected.role_views), side(copy, copy.role_views)];
  const readable = new Set<string>();
  for (const { role } of source.views.roles) {
    if (!restored.rights.has(role)) {
      findings.push({ object: `role ${role}`, attribute: "role", expected: "present", actual: "missing" });
      continue;
    }
    const objects = new Set([source, restored].flatMap((one) => Object.keys(one.rights.get(role)?.rights ?? {})));
    for (const object of [...objects].filter(options.onBoth).sort()) {
      const [was, is] = [rightsOf(source, role, object), rightsOf(restored, role, object)];
      if (was === is) equal.rights += 1;
      else findings.push({ object, attribute: `rights of ${role}`, expected: was, actual: is });
      // Where the right to read is another one, what is seen follows from it.
      if (reads(was) === reads(is) && (was === is || reads(was))) readable.add(JSON.stringify([role, object]));
    }
  }
  for (const [place, perspective] of source.views.perspectives.entries()) {
    const { role, user } = perspective;
    const other = restored.views.perspectives[place];
    if (other?.role !== role || other.user !== user) continue;
    const name = perspectiveName(perspective, source.views.users, options.hashKey);
    const all = [source, restored].flatMap((one) => one.rights.get(role)?.unfiltered ?? []);
    const objects = new Set([...Object.keys(perspective.sights), ...Object.keys(other.sights), ...all]);
    for (const object of [...objects].sort()) {
      if (!readable.has(JSON.stringify([role, object])) || source.views.unsteady[object]?.ask === false) continue;
      const was = inWords(source, perspective, role, object);
      const is = inWords(restored, other, role, object);
      const attribute = `seen by ${name}`;
      if (was.sight === "all" && is.sight === "all") equal.sights += 1;
      else if (was.sight !== "all" && was.sight?.kind === "unread") continue;
      else if (is.sight !== "all" && (is.sight === undefined || is.sight.kind === "unread")) {
        unproven.push(`what ${role} sees of ${object} could not be read on the copy`);
      } else if (was.text !== is.text) findings.push({ object, attribute, expected: was.text, actual: is.text });
      else {
        const [one, two] = [hashOf(was.sight), hashOf(is.sight)];
        if (one === null || two === null || one === two) equal.sights += 1;
        else {
          const shown = (text: string, hash: string) => `${text}, ${publicHash(hash, options.hashKey)}`;
          findings.push({ object, attribute, expected: shown(was.text, one), actual: shown(is.text, two) });
        }
      }
    }
  }
  return { findings, unproven: [...new Set(unproven)], equal };
}

function hashOf(sight: "all" | Sight | undefined): string | null {
  return typeof sight === "object" && sight.kind === "rows" ? sight.hash : null;
}
