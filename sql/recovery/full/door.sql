-- Whether a session that has just begun is read only unless it says otherwise: what the database, the role and the server
-- say of it, not what this session has said since.
SELECT reset_val = 'on' AS closed FROM pg_catalog.pg_settings WHERE name = 'default_transaction_read_only'
