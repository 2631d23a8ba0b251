-- name: account-with-null-tokens
-- severity: error
-- reason: The auth service reads empty tokens as '' and fails on NULL: such an account cannot sign in
SELECT id
FROM auth.users
WHERE confirmation_token IS NULL OR recovery_token IS NULL OR email_change_token_new IS NULL OR email_change IS NULL
