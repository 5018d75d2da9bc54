-- Version 1 of the store of Kapix. `PRAGMA user_version` states the version, `PRAGMA application_id` is 0x4b415058 ("KAPX").

-- What stays of each call for ever: a leaf of the log, in canonical JSON. The columns are read from the leaf.
CREATE TABLE record (
    seq INTEGER PRIMARY KEY,
    audit_id TEXT NOT NULL UNIQUE,
    leaf TEXT NOT NULL,
    operation TEXT AS (leaf ->> '$.operation'),
    recorded_at TEXT AS (leaf ->> '$.recorded_at'),
    as_of TEXT AS (leaf ->> '$.as_of')
) STRICT;

-- What can be erased of a call: canonical JSON, and the salt under which the leaf names it.
CREATE TABLE body (
    seq INTEGER PRIMARY KEY REFERENCES record (seq),
    salt BLOB NOT NULL,
    request TEXT NOT NULL,
    response TEXT NOT NULL,
    found TEXT
) STRICT;

-- The complete subtrees of the log (RFC 6962), which never change; level 0 holds the hashes of the leaves.
CREATE TABLE node (
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

-- What operations keep between calls, such as the data of applicants (`entity`). A row that is written again is a new version.
CREATE TABLE state (
    version INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (tenant, name, key)
) STRICT;

-- The answer under each idempotency key, and the SHA-256 of the request that it answers.
CREATE TABLE answer (
    tenant TEXT NOT NULL,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    body BLOB NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (tenant, operation, key)
) STRICT, WITHOUT ROWID;

-- What happened, in order.
CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    event TEXT NOT NULL
) STRICT;
