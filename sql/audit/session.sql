-- A mirror never holds anything up. Row security is on here: this role's rights are just that policy.
SET row_security = on;
SET statement_timeout = '15s';
SET lock_timeout = '5s';
SET idle_in_transaction_session_timeout = '15s';
