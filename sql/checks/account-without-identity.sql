-- name: account-without-identity
-- severity: error
-- reason: Without an identity an account cannot sign in
SELECT u.id
FROM auth.users AS u
WHERE NOT u.is_anonymous
  AND NOT EXISTS (SELECT FROM auth.identities AS i WHERE i.user_id = u.id)
