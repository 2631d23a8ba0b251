-- Makes sure that nothing of the copy calls out through pg_net: `net.http_get`, `http_post` and `http_delete` write down
-- that they were called, and send nothing. Neither the address nor what would have been sent is kept: both may hold keys.
--
-- Run as the copy's superuser. Where pg_net itself came back, its functions are replaced and its queue is emptied.
CREATE SCHEMA IF NOT EXISTS net;
GRANT USAGE ON SCHEMA net TO PUBLIC;

CREATE TABLE IF NOT EXISTS net.ithaca_recorded_calls (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  method text NOT NULL,
  called_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
REVOKE ALL ON net.ithaca_recorded_calls FROM PUBLIC;

DO $queue$
BEGIN
  IF pg_catalog.to_regclass('net.http_request_queue') IS NOT NULL THEN
    DELETE FROM net.http_request_queue;
  END IF;
END
$queue$;

CREATE OR REPLACE FUNCTION net.http_get(
  url text, params jsonb DEFAULT '{}'::jsonb, headers jsonb DEFAULT '{}'::jsonb, timeout_milliseconds integer DEFAULT 5000
) RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  INSERT INTO net.ithaca_recorded_calls (method) VALUES ('GET') RETURNING id
$$;

CREATE OR REPLACE FUNCTION net.http_post(
  url text, body jsonb DEFAULT '{}'::jsonb, params jsonb DEFAULT '{}'::jsonb,
  headers jsonb DEFAULT '{"Content-Type": "application/json"}'::jsonb, timeout_milliseconds integer DEFAULT 5000
) RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  INSERT INTO net.ithaca_recorded_calls (method) VALUES ('POST') RETURNING id
$$;

CREATE OR REPLACE FUNCTION net.http_delete(
  url text, params jsonb DEFAULT '{}'::jsonb, headers jsonb DEFAULT '{}'::jsonb, timeout_milliseconds integer DEFAULT 5000,
  body jsonb DEFAULT NULL::jsonb
) RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  INSERT INTO net.ithaca_recorded_calls (method) VALUES ('DELETE') RETURNING id
$$;
