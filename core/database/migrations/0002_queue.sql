CREATE TABLE session (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
