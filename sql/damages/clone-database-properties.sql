-- CREATE DATABASE ... TEMPLATE copies what is in a database, not what stands beside it in the catalogs that the server's
-- databases share: owner, rights, limit, settings, comment. $1 is the database that was made, $2 its template.
WITH template AS (SELECT * FROM pg_catalog.pg_database WHERE datname = $2),
made AS (
  UPDATE pg_catalog.pg_database AS d SET datdba = t.datdba, datacl = t.datacl, datconnlimit = t.datconnlimit
  FROM template AS t WHERE d.datname = $1 RETURNING d.oid
), settings AS (
  INSERT INTO pg_catalog.pg_db_role_setting
  SELECT made.oid, s.setrole, s.setconfig FROM pg_catalog.pg_db_role_setting AS s, template AS t, made WHERE s.setdatabase = t.oid
)
INSERT INTO pg_catalog.pg_shdescription
SELECT made.oid, c.classoid, c.description FROM pg_catalog.pg_shdescription AS c, template AS t, made
WHERE c.classoid = 'pg_catalog.pg_database'::regclass AND c.objoid = t.oid;
