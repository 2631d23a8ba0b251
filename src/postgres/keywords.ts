/*
 * Words that `quote_ident` quotes: every keyword that is not of category "unreserved" (`pg_get_keywords()`, catcode
 * other than U), with the first major in which it is one. 15 is the oldest major that this project knows.
 */

const since15 = `
  all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both
  case cast char character check coalesce collate collation column concurrently constraint create cross
  current_catalog current_date current_role current_schema current_time current_timestamp current_user dec
  decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign
  freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect
  interval into is isnull join lateral leading least left like limit localtime localtimestamp national natural
  nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay
  placing position precision primary real references returning right row select session_user setof similar
  smallint some substring symmetric table tablesample then time timestamp to trailing treat trim true union
  unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement
  xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
`;
const since16 = "json_array json_arrayagg json_object json_objectagg system_user";
const since17 = "json json_exists json_query json_scalar json_serialize json_table json_value merge_action";

const words = (text: string, major: number) =>
  text
    .trim()
    .split(/\s+/)
    .map((word): [string, number] => [word, major]);

/** Each keyword and the major since which it needs quotes. */
export const keywords: ReadonlyMap<string, number> = new Map([
  ...words(since15, 15),
  ...words(since16, 16),
  ...words(since17, 17),
]);
