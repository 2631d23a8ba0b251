import type { Relation } from "./relations.ts";

const part = '"(?:[^"]|"")+"|[^".]+';
const qualified = new RegExp(`^(${part})\\.(${part})$`);

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}

/**
 * Finds relations by the names that a plan uses. The plan may write `public.user` where PostgreSQL writes
 * `public."user"`, so names are compared part by part, unquoted.
 */
export function relationFinder(relations: readonly Relation[]): (planName: string) => Relation | undefined {
  const byName = new Map(relations.map((relation) => [JSON.stringify([relation.schema, relation.name]), relation]));
  return (planName) => {
    const match = qualified.exec(planName);
    return byName.get(JSON.stringify([unquote(match?.[1] ?? ""), unquote(match?.[2] ?? "")]));
  };
}
