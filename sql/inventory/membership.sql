-- Who is a member of which role. From 16 on there may be one row per grantor, each with options of its own: what counts is
-- whether any of them gives the option. The options `inherit` and `set` do not exist in 15.
-- Left out: the grantor, which is whoever restored the roles; memberships among predefined roles only.
SELECT format('%I IN %I', m.rolname, r.rolname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'admin', bool_or(a.admin_option),
    'inherit', bool_or((to_jsonb(a) ->> 'inherit_option')::boolean),
    'set', bool_or((to_jsonb(a) ->> 'set_option')::boolean),
    'member', quote_ident(m.rolname),
    'role', quote_ident(r.rolname)
  )) AS attributes
FROM pg_auth_members AS a
JOIN pg_roles AS r ON r.oid = a.roleid
JOIN pg_roles AS m ON m.oid = a.member
WHERE m.rolname !~ '^pg_'
GROUP BY m.rolname, r.rolname;
