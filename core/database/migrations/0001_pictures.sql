-- Pictures of the artist's folder. All of it but rating, rejection and labels can be read again from the files.

-- id: when it was made, in seconds since 1970, times 2^20, plus what tells pictures of one second apart. So the newest
-- come first wherever ids are in order, also in the full-text index.
-- path: below the home, with slashes. missing: 0 there, 1 gone, 2 changed and not read again yet.
-- start: key of the record whose latents it was made from. place: its index in the run that made it.
CREATE TABLE pictures (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    missing INTEGER NOT NULL DEFAULT 0 CHECK (missing IN (0, 1, 2)),
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    digest BLOB NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    rating INTEGER NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5),
    rejected INTEGER NOT NULL DEFAULT 0 CHECK (rejected IN (0, 1)),
    seed TEXT,
    key TEXT,
    start TEXT,
    parent TEXT,
    job TEXT,
    place INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX pictures_there ON pictures (path) WHERE missing = 0;
CREATE INDEX pictures_path ON pictures (path);
CREATE INDEX pictures_missing ON pictures (missing) WHERE missing > 0;
CREATE INDEX pictures_digest ON pictures (digest);
CREATE INDEX pictures_rating ON pictures (rating, id);
CREATE INDEX pictures_rejected ON pictures (rejected) WHERE rejected = 1;
CREATE INDEX pictures_seed ON pictures (seed);
CREATE INDEX pictures_key ON pictures (key);
CREATE INDEX pictures_start ON pictures (start) WHERE start IS NOT NULL;
CREATE INDEX pictures_parent ON pictures (parent) WHERE parent IS NOT NULL;
CREATE INDEX pictures_job ON pictures (job);

-- Apart, so that the table above stays narrow. request: JSON without defaults, "" for other programs' pictures.
CREATE TABLE texts (
    picture INTEGER PRIMARY KEY REFERENCES pictures (id) ON DELETE CASCADE,
    request TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

-- Tags and collections: named sets of pictures. A collection may be empty.
CREATE TABLE labels (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('tag', 'collection')),
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    UNIQUE (kind, folded)
) STRICT;
CREATE TABLE picture_labels (
    label INTEGER NOT NULL REFERENCES labels (id) ON DELETE CASCADE,
    picture INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    PRIMARY KEY (label, picture)
) STRICT, WITHOUT ROWID;
CREATE INDEX picture_labels_picture ON picture_labels (picture);

CREATE TABLE models (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    UNIQUE (kind, name, sha256)
) STRICT;
CREATE TABLE picture_models (
    model INTEGER NOT NULL REFERENCES models (id) ON DELETE CASCADE,
    picture INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    PRIMARY KEY (model, picture)
) STRICT, WITHOUT ROWID;
CREATE INDEX picture_models_picture ON picture_models (picture);

-- Files that could not be read, so that the next look at the folder need not try again.
CREATE TABLE refused (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    code TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Pieces of words, cut by the library: for this tokenizer everything beyond ASCII belongs to a word. No index of
-- prefixes: it would double the size, and beginnings of words are found in milliseconds without.
CREATE VIRTUAL TABLE words USING fts5 (prompt, negative, models, tags, other, tokenize = 'ascii');
