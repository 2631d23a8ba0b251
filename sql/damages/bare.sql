-- As little as a backup may hold: legitimately without a row.
CREATE SCHEMA app;
CREATE TABLE app.nothing_yet (id int PRIMARY KEY);
