-- Blind comparisons of two set-ups, and the votes on their pairs of pictures. Pictures are found by the jobs that made
-- them, so a library that is built again finds them again.

CREATE TABLE trial (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL, -- also the tag of its pictures
    created TEXT NOT NULL, -- ISO 8601 in UTC, as are the others
    a TEXT NOT NULL, -- JSON of a request, whose prompt and seed do not count; as is b
    b TEXT NOT NULL,
    revealed TEXT, -- since when the artist knows which is which; there are no votes after that
    away INTEGER NOT NULL DEFAULT 0 CHECK (away IN (0, 1))
) STRICT;

CREATE TABLE trial_pair (
    trial TEXT NOT NULL REFERENCES trial (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    seed TEXT NOT NULL,
    job_a TEXT NOT NULL,
    job_b TEXT NOT NULL,
    b_is_left INTEGER NOT NULL CHECK (b_is_left IN (0, 1)),
    vote TEXT CHECK (vote IN ('a', 'b', 'tie')),
    turn INTEGER, -- which vote it was, so that the last one can be taken back
    voted TEXT,
    PRIMARY KEY (trial, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX trial_pair_job_a ON trial_pair (job_a);
CREATE INDEX trial_pair_job_b ON trial_pair (job_b);
