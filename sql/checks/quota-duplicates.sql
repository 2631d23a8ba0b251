-- name: quota-duplicates
-- severity: error
-- reason: A child has one quota per day; two would let it learn twice, or be counted twice
SELECT child_id, quota_date
FROM public.daily_lesson_quota
GROUP BY child_id, quota_date
HAVING count(*) > 1
