-- The queue of jobs, and what the window was like when it was closed.

CREATE TABLE job (
    id TEXT PRIMARY KEY,
    place INTEGER NOT NULL, -- order among those that wait
    state TEXT NOT NULL,
    wanted TEXT NOT NULL, -- JSON of the order
    plan TEXT, -- JSON, of the last attempt
    crashes INTEGER NOT NULL DEFAULT 0, -- in a row, as are interruptions
    interruptions INTEGER NOT NULL DEFAULT 0,
    retries INTEGER NOT NULL DEFAULT 0, -- at starts of the program, by itself
    code TEXT NOT NULL DEFAULT '',
    data TEXT NOT NULL DEFAULT '{}', -- JSON
    cleared TEXT, -- the token of the clearing that took it out
    created TEXT NOT NULL, -- ISO 8601 in UTC, as are the others
    began TEXT,
    ended TEXT
) STRICT;

CREATE INDEX job_in_order ON job (state, place);
CREATE INDEX job_by_clearing ON job (cleared) WHERE cleared IS NOT NULL;

CREATE TABLE job_picture ( -- pictures of a job that are safe
    job TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (job, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE queue (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    paused INTEGER NOT NULL
) STRICT;

INSERT INTO queue VALUES (1, 0);

CREATE TABLE session (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL -- JSON
) STRICT;
