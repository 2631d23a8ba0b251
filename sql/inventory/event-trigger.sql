-- Event triggers, their filters, and whether they fire.
-- Left out: those that an extension made.
SELECT quote_ident(e.evtname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(e.evtowner),
    'event', e.evtevent,
    'function', e.evtfoid::regprocedure::text,
    'tags', (SELECT jsonb_agg(t ORDER BY t COLLATE "C") FROM unnest(e.evttags) AS t),
    'enabled', CASE e.evtenabled WHEN 'O' THEN 'yes' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END
  )) AS attributes
FROM pg_event_trigger AS e
WHERE e.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_event_trigger'::regclass AND d.deptype = 'e');
