-- Gives this transaction what the database itself has set (roles' settings aside) of those settings that decide what an
-- expression gives and that our sessions pin to something else. Without lc_monetary: expressions that we ask for as text
-- hold money as our sessions write it.
SELECT pg_catalog.set_config(own.name, own.value, true)
  FROM pg_catalog.pg_db_role_setting s
 CROSS JOIN LATERAL unnest(s.setconfig) AS given(setting)
 CROSS JOIN LATERAL (SELECT split_part(given.setting, '=', 1),
                            substr(given.setting, strpos(given.setting, '=') + 1)) AS own(name, value)
 WHERE s.setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) AND s.setrole = 0
   AND lower(own.name) IN ('bytea_output', 'datestyle', 'extra_float_digits', 'intervalstyle', 'quote_all_identifiers',
                           'timezone', 'xmlbinary')
