-- Version 1 of the store of Kapix. `PRAGMA user_version` states the version, `PRAGMA application_id` is 0x4b415058 ("KAPX").

-- What stays of each call for ever: a leaf of the log, in canonical JSON. The columns behind it are read from the leaf.
CREATE TABLE record (
    seq INTEGER PRIMARY KEY CHECK (seq >= 0),
    tenant TEXT NOT NULL,
    audit_id TEXT NOT NULL UNIQUE,
    request_id TEXT NOT NULL UNIQUE,
    leaf TEXT NOT NULL,
    operation TEXT AS (leaf ->> '$.operation'),
    recorded_at TEXT AS (leaf ->> '$.recorded_at'),
    as_of TEXT AS (leaf ->> '$.as_of'),
    refused TEXT AS (leaf ->> '$.refused')
) STRICT;
CREATE INDEX record_operation ON record (tenant, operation, seq);

-- What can be erased of a call, part by part: canonical JSON, and the salt under which the leaf names it. NULL is a part
-- that there never was, or that is gone: the leaf names the parts that there were, and a later leaf what went, and why.
CREATE TABLE body (
    seq INTEGER PRIMARY KEY REFERENCES record (seq),
    features TEXT,
    features_salt BLOB,
    found TEXT,
    found_salt BLOB,
    request TEXT,
    request_salt BLOB,
    response TEXT,
    response_salt BLOB,
    "rows" TEXT,
    rows_salt BLOB
) STRICT;

-- Whom each record is about, as the host names them.
CREATE TABLE subject (
    seq INTEGER PRIMARY KEY REFERENCES record (seq),
    tenant TEXT NOT NULL,
    entity_id TEXT NOT NULL
) STRICT;
CREATE INDEX subject_entity ON subject (tenant, entity_id, seq);

-- The complete subtrees of the log (RFC 6962), which never change; level 0 holds the hashes of the leaves.
CREATE TABLE node (
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

-- What operations keep between calls, such as the data of applicants (`entity`). A row that is written again is a new
-- version.
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
    audit_id TEXT,
    PRIMARY KEY (tenant, operation, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_record ON answer (audit_id);

-- What happened, in order, for consumers to fetch.
CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    audit_id TEXT,
    entity_id TEXT,
    occurred_at TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX event_record ON event (audit_id);

-- What became known of decisions, one row each time.
CREATE VIEW outcome AS
SELECT
    state.tenant, state.key AS decision_id, known.value ->> '$.known_on' AS known_on,
    known.value ->> '$.status' AS status, known.value ->> '$.days_past_due' AS days_past_due,
    known.value ->> '$.paid_minor' AS paid_minor, known.value ->> '$.written_off_minor' AS written_off_minor,
    known.value ->> '$.stated_at' AS stated_at
FROM state, json_each(state.value) AS known
WHERE state.name = 'outcome';

-- Decisions as they stand, for people: what was decided of whom, when, by which policy.
CREATE VIEW decision AS
SELECT
    record.seq, record.tenant, record.audit_id, record.request_id, subject.entity_id,
    record.recorded_at, record.as_of, record.refused,
    body.response ->> '$.outcome' AS outcome,
    body.response ->> '$.approved_amount_minor' AS approved_amount_minor,
    body.response ->> '$.currency' AS currency,
    body.response ->> '$.policy.id' AS policy_id,
    body.response ->> '$.policy.version' AS policy_version,
    body.response ->> '$.arm.role' AS arm,
    body.features -> '$.response."/reasons"' AS reasons
FROM record
LEFT JOIN body USING (seq)
LEFT JOIN subject USING (seq)
WHERE record.operation IN ('decisions.run', 'policy.run');
