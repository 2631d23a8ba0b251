-- Whether some row's reference leads nowhere today. `:column`, `:table`, `:to_table` and `:to_key` are quoted names.
SELECT EXISTS (
  SELECT FROM :table AS r
  WHERE r.:column IS NOT NULL AND NOT EXISTS (SELECT FROM :to_table AS t WHERE t.:to_key = r.:column)
) AS dangles;
