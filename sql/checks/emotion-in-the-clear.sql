-- name: emotion-in-the-clear
-- severity: error
-- reason: Emotions are kept encrypted only: in the clear stand [MASKED] and 0
SELECT id
FROM public.emotion_logs
WHERE emotion_type <> '[MASKED]' OR intensity <> 0 OR emotion_type_encrypted IS NULL
