-- From PostgreSQL 17 on an event trigger can fire at each login. On a copy it would write rows that the source never had,
-- or keep us out. The server looks into pg_event_trigger only where this flag says so, and sets it again when such a
-- trigger is made or switched on.
UPDATE pg_catalog.pg_database SET dathasloginevt = false WHERE datname = current_database() AND dathasloginevt;
