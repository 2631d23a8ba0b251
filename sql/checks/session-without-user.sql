-- name: session-without-user
-- severity: error
-- reason: A session or token of nobody still opens doors: refresh_tokens.user_id is text and has no foreign key
SELECT t.id
FROM auth.refresh_tokens AS t
LEFT JOIN auth.users AS u ON u.id::text = t.user_id
WHERE u.id IS NULL
