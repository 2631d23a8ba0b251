-- After an attack on a Supabase project: nobody is signed in any more, and nobody can sign in with an old password.
-- A random hash stands in the place of each password, so that it can only be reset by mail; outstanding tokens of mails
-- are void, also of those who have no password and sign in by mail only. Refresh tokens without a session survive the
-- cascade of auth.sessions, so they go by themselves.
-- Access tokens that were issued before stay valid until they expire, unless the signing key is revoked.
WITH reset AS (
  UPDATE auth.users
  SET encrypted_password = CASE WHEN coalesce(encrypted_password, '') = '' THEN encrypted_password ELSE '$2a$10$' || substr(translate(encode(sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea), 'base64'), '+=', './') || 'ithacaithacaithaca', 1, 53) END,
    confirmation_token = '',
    recovery_token = '',
    email_change_token_new = '',
    email_change_token_current = '',
    phone_change_token = '',
    reauthentication_token = ''
  WHERE coalesce(encrypted_password, '') <> '' OR concat(confirmation_token, recovery_token, email_change_token_new,
    email_change_token_current, phone_change_token, reauthentication_token) <> ''
  RETURNING coalesce(encrypted_password, '') <> '' AS had_password
), refresh AS (DELETE FROM auth.refresh_tokens RETURNING 1),
  sessions AS (DELETE FROM auth.sessions RETURNING 1),
  once AS (DELETE FROM auth.one_time_tokens RETURNING 1),
  flows AS (DELETE FROM auth.flow_state RETURNING 1)
SELECT (SELECT count(*) FILTER (WHERE had_password) FROM reset)::int AS users, (SELECT count(*) FROM sessions)::int AS sessions,
  (SELECT count(*) FROM refresh)::int AS refresh_tokens, (SELECT count(*) FROM once)::int AS one_time_tokens,
  (SELECT count(*) FROM flows)::int AS flows
