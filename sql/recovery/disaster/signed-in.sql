-- Whether anybody is still signed in, or has a token of a mail that still works: all zero after everybody was signed out.
SELECT (SELECT count(*) FROM auth.sessions)::int AS sessions,
  (SELECT count(*) FROM auth.refresh_tokens)::int AS refresh_tokens,
  (SELECT count(*) FROM auth.one_time_tokens)::int AS one_time_tokens,
  (SELECT count(*) FROM auth.flow_state)::int AS flows
