-- Five thousand small tables, each with a key and a default: here the catalog is the work, and not the rows.
DO $$
BEGIN
  FOR i IN 1..5000 LOOP
    EXECUTE format('CREATE TABLE public.small_%s (id int PRIMARY KEY, name text NOT NULL DEFAULT '''', made timestamptz)', i);
    EXECUTE format('INSERT INTO public.small_%s SELECT n, ''row '' || n, timestamptz ''2026-01-01 00:00Z''
      FROM generate_series(1, %s) AS n', i, 10 * current_setting('bench.scale')::int);
  END LOOP;
END $$;
