-- name: message-of-another-family
-- severity: error
-- reason: A message is between a parent and that parent's own child
SELECT m.id
FROM public.parent_child_messages AS m
JOIN public.children AS c ON c.id = m.child_id
WHERE c.parent_id <> m.parent_id
