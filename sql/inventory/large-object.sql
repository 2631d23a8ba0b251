-- Large objects by owner and grants: how many, and a digest of their OIDs. There may be millions, so each is not an entry.
-- Their content is the census' matter.
SELECT format('OF %I WITH %s', pg_get_userbyid(m.lomowner), x.grants) AS name,
  jsonb_build_object(
    'count', count(*),
    'oids', encode(sha256(convert_to(string_agg(m.oid::text, ',' ORDER BY m.oid), 'UTF8')), 'hex')
  ) AS attributes
FROM pg_largeobject_metadata AS m
CROSS JOIN LATERAL (
  SELECT ARRAY(SELECT a::text FROM unnest(coalesce(m.lomacl, acldefault('L', m.lomowner))) AS a
               ORDER BY a::text COLLATE "C")::text AS grants) AS x
GROUP BY m.lomowner, x.grants;
