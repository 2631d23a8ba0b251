-- name: generated-lesson-without-parent
-- severity: error
-- reason: child_generated_lessons.parent_id has no foreign key, so nothing else notices a parent who does not exist
SELECT g.id
FROM public.child_generated_lessons AS g
LEFT JOIN public.profiles AS p ON p.id = g.parent_id
WHERE p.id IS NULL
