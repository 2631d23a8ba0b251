-- name: public-lesson-without-approval
-- severity: error
-- reason: No lesson by a child is public unless a parent approved it
SELECT id
FROM public.child_generated_lessons
WHERE share_status = 'public'
  AND (parent_approved_by IS NULL OR parent_approved_at IS NULL)
