-- name: grade-without-lessons
-- severity: error
-- reason: Each grade from 0 to 12 has something to learn: the seeded catalogue is complete
SELECT grade
FROM generate_series(0, 12) AS grade
WHERE NOT EXISTS (SELECT FROM public.lessons AS l WHERE l.grade_level = grade AND l.is_active)
