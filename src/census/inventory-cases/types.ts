import { type Case, one } from "./case.ts";

export const typesAndOperators: readonly Case[] = [
  one("ALTER TYPE app.mood ADD VALUE 'meh' BEFORE 'ok'", "type app.mood: labels"),
  one("ALTER TYPE app.mood RENAME VALUE 'ok' TO 'fine'", "type app.mood: labels"),
  one("ALTER TYPE app.pair ADD ATTRIBUTE c int CASCADE", "+ column app.typed.c", "type app.pair: fields"),
  one("DROP TYPE app.span", "- type app.span"),
  one("ALTER TYPE app.mood OWNER TO inv_owner", "type app.mood: owner"),
  one("REVOKE USAGE ON TYPE app.mood FROM public", "type app.mood: grants"),
  one("DROP DOMAIN app.grade", "- domain app.grade"),
  one("ALTER DOMAIN app.grade DROP CONSTRAINT in_range", "domain app.grade: constraints"),
  one("ALTER DOMAIN app.grade SET NOT NULL", "domain app.grade: not_null"),
  one("ALTER DOMAIN app.grade SET DEFAULT 2", "domain app.grade: default"),
  one("ALTER DOMAIN app.grade ADD CHECK (VALUE <> 5) NOT VALID", "domain app.grade: constraints"),
  one("DROP COLLATION app.german", "- collation app.german"),
  one("ALTER COLLATION app.german OWNER TO inv_owner", "collation app.german: owner"),
  one("DROP CAST (app.mood AS int)", "- cast (app.mood AS integer)"),
  one(
    "DROP CAST (app.mood AS int); CREATE CAST (app.mood AS int) WITH FUNCTION app.mood_to_int(app.mood) AS IMPLICIT",
    "cast (app.mood AS integer): context",
  ),
  one("DROP OPERATOR app.+ (app.pair, app.pair)", "- operator app.+(app.pair,app.pair)"),
  one(
    "ALTER OPERATOR app.<<< (app.pair, app.pair) SET (RESTRICT = scalarltsel)",
    "operator app.<<<(app.pair,app.pair): restrict",
  ),
  one(
    "ALTER OPERATOR CLASS app.pair_hash USING hash OWNER TO inv_owner",
    "operator-class app.pair_hash USING hash: owner",
  ),
  one("DROP OPERATOR FAMILY app.pairs USING btree", "- operator-family app.pairs USING btree"),
  one(
    "ALTER OPERATOR FAMILY app.pairs USING btree ADD OPERATOR 1 app.<<< (app.pair, app.pair)",
    "operator-family app.pairs USING btree: operators",
  ),
  one("DROP OPERATOR FAMILY app.pair_hash USING hash", "- operator-family app.pair_hash USING hash (+1)"),
  one("DROP ACCESS METHOD heap_too", "- access-method heap_too"),
  one("DROP CONVERSION app.latin", "- conversion app.latin"),
  one("ALTER CONVERSION app.latin OWNER TO inv_owner", "conversion app.latin: owner"),
  one(
    "ALTER TEXT SEARCH CONFIGURATION app.search DROP MAPPING FOR word",
    "text-search-configuration app.search: mappings",
  ),
  one(
    "ALTER TEXT SEARCH CONFIGURATION app.search ALTER MAPPING FOR word WITH simple, app.stems",
    "text-search-configuration app.search: mappings",
  ),
  one("ALTER TEXT SEARCH DICTIONARY app.stems (language = german)", "text-search-dictionary app.stems: options"),
  one("DROP TEXT SEARCH PARSER app.parser", "- text-search-parser app.parser"),
  one("DROP TEXT SEARCH TEMPLATE app.template", "- text-search-template app.template"),
  one("DROP TRANSFORM FOR int LANGUAGE plpgsql_too", "- transform FOR integer LANGUAGE plpgsql_too"),
  one("ALTER LANGUAGE plpgsql_too OWNER TO inv_owner", "language plpgsql_too: owner"),
];
