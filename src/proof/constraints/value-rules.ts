import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { proofSql } from "../sql.ts";

/** A type in whose values a domain may be, as sql/proof/value-types.sql lists it. */
interface ValueType {
  readonly oid: number;
  readonly kind: "domain" | "composite" | "array" | "range";
  readonly name: string;
  readonly inner: number;
  /** Of a domain: the type that it restricts, as SQL. */
  readonly base: string | null;
  readonly not_null: boolean;
  readonly checks: readonly { readonly name: string; readonly expression: string; readonly binding: boolean }[];
  readonly attributes: readonly { readonly column: string; readonly type: number }[];
}

export type ValueTypes = ReadonlyMap<number, ValueType>;

/** A constraint of a domain, asked of one value. */
export interface ValueRule {
  readonly name: string;
  readonly expected: string;
  readonly broken: string;
  readonly binding: boolean;
}

interface ValueRules {
  readonly rules: readonly ValueRule[];
  /** Types with domains in places that are not looked into. */
  readonly opaque: readonly string[];
}

/** Looks up the types that values of these types are made of. */
export async function valueTypes(session: Session, oids: readonly number[]): Promise<ValueTypes> {
  if (oids.length === 0) return new Map();
  const rows = await session.query<ValueType & Record<string, unknown>>(await proofSql("value-types.sql"), [oids]);
  return new Map(rows.map((row) => [row.oid, row]));
}

const literalsAndNames = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\bVALUE\b/g;

/**
 * Puts a value in the place of VALUE in a domain's expression as PostgreSQL prints it: it is the only word in capitals
 * that could be taken for a name, and may stand in string literals and quoted names as well.
 */
export function withValue(expression: string, value: string): string {
  return expression.replaceAll(literalsAndNames, (token) => (token === "VALUE" ? value : token));
}

/** The type below all domains: a cast to another domain would ask that one's constraints at once, and fail. */
function baseOf(types: ValueTypes, type: ValueType): string | null {
  const inner = types.get(type.inner);
  return inner?.kind === "domain" ? baseOf(types, inner) : type.base;
}

function ofDomain(types: ValueTypes, type: ValueType, value: string, depth: number): ValueRules {
  const base = `(${value})::${baseOf(types, type)}`;
  const own = type.checks.map(({ name, expression, binding }) => ({
    name: `${name} of domain ${type.name}`,
    expected: "its CHECK in every value",
    broken: `(${withValue(expression, `(${base})`)}) IS FALSE`,
    binding,
  }));
  const notNull = {
    name: `NOT NULL of domain ${type.name}`,
    expected: "NOT NULL",
    broken: `num_nulls(${value}) > 0`,
    binding: true,
  };
  const inner = rulesOfValue(types, type.inner, base, depth + 1);
  return { rules: [...(type.not_null ? [notNull] : []), ...own, ...inner.rules], opaque: inner.opaque };
}

function ofArray(types: ValueTypes, type: ValueType, value: string, depth: number): ValueRules {
  // Inside the subquery no column of the table may be taken for the element.
  const element = quoteIdentifier(`ithaca element ${depth}`);
  const { rules, opaque } = rulesOfValue(types, type.inner, element, depth + 1);
  const some = rules.map((rule) => ({
    ...rule,
    broken: `EXISTS (SELECT FROM unnest(${value}) AS ${element} WHERE ${rule.broken})`,
  }));
  return { rules: some, opaque };
}

function ofComposite(types: ValueTypes, type: ValueType, value: string, depth: number): ValueRules {
  const parts = type.attributes.map(({ column, type: oid }) =>
    rulesOfValue(types, oid, `(${value}).${quoteIdentifier(column)}`, depth + 1),
  );
  // A value that is absent as a whole has no attributes whose domain could forbid NULL.
  const rules = parts.flatMap((part) => part.rules);
  return {
    rules: rules.map((rule) => ({ ...rule, broken: `(NOT (${value}) IS NULL AND ${rule.broken})` })),
    opaque: parts.flatMap((part) => part.opaque),
  };
}

/** What the domains in a type ask of a value, however deep in it they are. */
export function rulesOfValue(types: ValueTypes, oid: number, value: string, depth = 0): ValueRules {
  const type = types.get(oid);
  if (type === undefined) return { rules: [], opaque: [] };
  if (type.kind === "domain") return ofDomain(types, type, value, depth);
  if (type.kind === "array") return ofArray(types, type, value, depth);
  if (type.kind === "composite") return ofComposite(types, type, value, depth);
  // The bounds of a range are not values that could be taken out without knowing which of them are there.
  const { rules, opaque } = rulesOfValue(types, type.inner, "NULL", depth + 1);
  return { rules: [], opaque: rules.length > 0 || opaque.length > 0 ? [type.name] : [] };
}
