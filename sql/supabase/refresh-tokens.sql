-- The one adaptation of a copy to the API that serves it: GoTrue numbers refresh tokens (bigint), @supabase/lite gives
-- them uuids. Done on the copy alone, after everything else was compared. Nothing happens where there is no such column
-- or where it is text already.
DO $adapt$
BEGIN
  IF EXISTS (
    SELECT FROM pg_catalog.pg_attribute
    WHERE attrelid = pg_catalog.to_regclass('auth.refresh_tokens') AND attname = 'id'
      AND atttypid = 'pg_catalog.int8'::pg_catalog.regtype AND NOT attisdropped
  ) THEN
    ALTER TABLE auth.refresh_tokens ALTER COLUMN id DROP DEFAULT, ALTER COLUMN id TYPE text USING id::text;
  END IF;
END
$adapt$;
