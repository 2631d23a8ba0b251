-- Who is a member of what on the copy's server.
SELECT r.rolname::text AS role, m.rolname::text AS member
FROM pg_catalog.pg_auth_members AS a
JOIN pg_catalog.pg_roles AS r ON r.oid = a.roleid
JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
