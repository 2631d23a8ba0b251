-- The made-up server of a local rehearsal: children, and a diary that is written all the time.
CREATE TABLE public.children (
  id int PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE public.diary (
  id bigserial PRIMARY KEY,
  child_id int NOT NULL REFERENCES public.children,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO public.children (id, name)
SELECT n, 'child ' || n FROM generate_series(1, 500) AS n
