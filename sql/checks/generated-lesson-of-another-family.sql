-- name: generated-lesson-of-another-family
-- severity: error
-- reason: A lesson's parent is its creator's parent; otherwise another family would manage it
SELECT g.id
FROM public.child_generated_lessons AS g
JOIN public.children AS c ON c.id = g.creator_child_id
WHERE c.parent_id <> g.parent_id
