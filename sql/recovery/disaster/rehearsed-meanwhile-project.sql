-- What the project's last users have written when the application was led away already, for the rehearsal on throwaways:
-- one of the rows that the own server has changed too. It is marked by a time that no clock gives.
UPDATE ithaca_drill.writes SET written_at = '2999-01-01 00:00:00+00' WHERE id = 2
