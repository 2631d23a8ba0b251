-- name: lesson-without-review
-- severity: error
-- reason: Every lesson has its review: a trigger makes it
SELECT l.id
FROM public.lessons AS l
LEFT JOIN public.lesson_reviews AS r ON r.lesson_id = l.id
WHERE r.id IS NULL
