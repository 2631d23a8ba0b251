-- Row level security of the wanted tables ($1: a JSON array of {schema, name}), in their order. A table that does not
-- exist, or is of a kind that cannot have policies, has null.
SELECT wanted.schema, wanted.name, c.relrowsecurity AS enabled
  FROM ROWS FROM (json_to_recordset($1::json) AS (schema text, name text)) WITH ORDINALITY AS wanted(schema, name, position)
  LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = wanted.schema
  LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name AND c.relkind IN ('r', 'p')
 ORDER BY wanted.position
