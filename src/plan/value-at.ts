/** The value at a path of the plan as it was read; undefined where there is none. */
export function valueAt(plan: unknown, path: readonly PropertyKey[]): unknown {
  let value = plan;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}
