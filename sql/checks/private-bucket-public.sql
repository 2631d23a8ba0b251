-- name: private-bucket-public
-- severity: error
-- reason: Video messages between parents and children lie in a private bucket
SELECT id
FROM storage.buckets
WHERE id = 'video-messages' AND public
