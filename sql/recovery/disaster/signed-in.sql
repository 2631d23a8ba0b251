-- Whether anybody is still signed in, has a token of a mail that still works, or a password from before: all zero after
-- everybody was signed out. The hashes that stand in the place of passwords end as no one's does.
SELECT (SELECT count(*) FROM auth.sessions)::int AS sessions,
  (SELECT count(*) FROM auth.refresh_tokens)::int AS refresh_tokens,
  (SELECT count(*) FROM auth.one_time_tokens)::int AS one_time_tokens,
  (SELECT count(*) FROM auth.flow_state)::int AS flows,
  (SELECT count(*) FROM auth.users
   WHERE concat(confirmation_token, recovery_token, email_change_token_new, email_change_token_current,
     phone_change_token, reauthentication_token) <> '')::int AS mails,
  (SELECT count(*) FROM auth.users
   WHERE coalesce(encrypted_password, '') <> '' AND encrypted_password NOT LIKE '$2a$10$%ithacaith')::int AS passwords
