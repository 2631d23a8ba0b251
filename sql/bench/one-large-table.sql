-- What pgbench makes at scale 5 times the bench's: nearly everything is in one table.
CREATE TABLE public.pgbench_branches (bid int PRIMARY KEY, bbalance int, filler char(88));
CREATE TABLE public.pgbench_tellers (tid int PRIMARY KEY, bid int, tbalance int, filler char(84));
CREATE TABLE public.pgbench_accounts (aid int NOT NULL, bid int, abalance int, filler char(84));
INSERT INTO public.pgbench_branches SELECT n, 0, '' FROM generate_series(1, 5 * current_setting('bench.scale')::int) AS n;
INSERT INTO public.pgbench_tellers SELECT n, n / 10, 0, '' FROM generate_series(1, 50 * current_setting('bench.scale')::int) AS n;
INSERT INTO public.pgbench_accounts
  SELECT n, n / 100000 + 1, n * 31 % 99991, '' FROM generate_series(1, 500000 * current_setting('bench.scale')::int) AS n;
ALTER TABLE public.pgbench_accounts ADD PRIMARY KEY (aid);
