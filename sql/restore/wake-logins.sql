-- The opposite of still-logins.sql: from now on this database's event triggers fire at each login, as the source's do.
UPDATE pg_catalog.pg_database SET dathasloginevt = true
WHERE datname = current_database() AND NOT dathasloginevt
  AND EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtevent = 'login' AND evtenabled <> 'D');
