-- Sixty tables of ten columns; each has six indexes besides its key, and references to up to three others.
DO $$
DECLARE
  size int := 1500 * current_setting('bench.scale')::int;
BEGIN
  FOR i IN 1..60 LOOP
    EXECUTE format('CREATE TABLE public.t%s (id int PRIMARY KEY, a int, b int, c int, code text, name text, note text,
      amount numeric(12, 2), made timestamptz, done boolean)', i);
    EXECUTE format('INSERT INTO public.t%s SELECT n, n * 7 %% %s + 1, n * 13 %% %s + 1, n * 29 %% %s + 1, md5(n::text),
      ''name '' || n, repeat(md5((n * %s)::text), 3), n * 0.37, timestamptz ''2026-01-01 00:00Z'' + n * interval ''1 minute'',
      n %% 3 = 0 FROM generate_series(1, %s) AS n', i, size, size, size, i, size);
    EXECUTE format('CREATE INDEX ON public.t%s (a); CREATE INDEX ON public.t%1$s (b); CREATE INDEX ON public.t%1$s (c);
      CREATE UNIQUE INDEX ON public.t%1$s (code); CREATE INDEX ON public.t%1$s (made, done);
      CREATE INDEX ON public.t%1$s (lower(name))', i);
    EXECUTE format('ALTER TABLE public.t%s ADD FOREIGN KEY (a) REFERENCES public.t%s', i, greatest(1, i - 1));
    EXECUTE format('ALTER TABLE public.t%s ADD FOREIGN KEY (b) REFERENCES public.t%s', i, greatest(1, i / 2));
    EXECUTE format('ALTER TABLE public.t%s ADD FOREIGN KEY (c) REFERENCES public.t%s', i, greatest(1, i / 3));
  END LOOP;
END $$;
