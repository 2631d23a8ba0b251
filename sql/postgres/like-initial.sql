-- Whether the database that initdb has made is encoded and sorts as wanted ($1 encoding, $2 collation, $3 character type).
SELECT pg_catalog.pg_encoding_to_char(encoding) = $1 AND datcollate = $2 AND datctype = $3 AND datlocprovider = 'c' AS alike
FROM pg_catalog.pg_database
WHERE datname = 'postgres';
