-- The bad migration of a local rehearsal, as one transaction: it drops a table with all that refers to it.
BEGIN;
ALTER TABLE public.diary DROP CONSTRAINT diary_child_id_fkey;
DROP TABLE public.children;
COMMIT
