-- name: video-message-without-object
-- severity: warning
-- reason: The database remembers a film that Storage does not list; it was deleted there or never arrived
SELECT m.id
FROM public.video_messages AS m
WHERE NOT EXISTS (SELECT FROM storage.objects AS o WHERE o.bucket_id = 'video-messages' AND o.name = m.storage_path)
