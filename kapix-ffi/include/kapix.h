/* Kapix: a credit decision engine that you link, not call.
 *
 * One call answers every operation: JSON in, JSON out. The same engine version, artefacts, request and `as_of` give
 * the same bytes as in every other language.
 *
 *     kapix_buffer reply = {0};
 *     kapix_engine *engine = NULL;
 *     if (kapix_engine_load(card, card_length, NULL, 0, &engine, &reply) == 0) {
 *         int32_t status = kapix_call(engine, "credit.score", request, request_length, &reply);
 *         printf("%d %s\n", status, (const char *)reply.data);
 *         kapix_buffer_free(&reply);
 *         kapix_engine_close(engine);
 *     }
 *
 * Rules that hold for every function:
 *
 *   Status    0, or the HTTP status of the error: 400, 403, 404, 409, 422, 499, 500, 503. The reply of an error is
 *             {"error": {"code", "cause", "message", "fields", "docs", "request_id"?, "audit_id"?}}; `cause` is stable.
 *             An error with an `audit_id` left a record.
 *   Pointers  Every pointer may be NULL: what is required and absent is the error argument.invalid, 400. Without a
 *             place for the reply nothing is done and 400 is returned. Pointers that are not NULL must be aligned and
 *             point to what their type says, for as many bytes as their length says, until the function returns.
 *   Texts     Names and ids end with NUL. Requests, artefacts and options are UTF-8 of a stated length, need no NUL,
 *             and are refused when they are not UTF-8.
 *   Threads   Every function may be called from every thread at the same time, on the same engine too. Nothing is
 *             kept for a thread, and there is no "last error".
 *   Fork      Engines work in a child of fork(), also of one while other threads are inside this library: fork() waits
 *             by pthread_atfork(), for microseconds, until no lock is held. Do not fork in a progress callback.
 *   Panics    A defect inside the engine is caught and answered with internal.panic, 500; stderr hears nothing of it.
 *
 * Link with -lkapix (pkg-config: kapix; CMake: find_package(Kapix), target Kapix::kapix).
 */
#ifndef KAPIX_H
#define KAPIX_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The version of this header; kapix_version() is that of the library. */
#define KAPIX_VERSION "0.1.0"

/* Programs compiled with this header run with every library whose kapix_abi_version() is the same number. */
#define KAPIX_ABI_VERSION 1

#if defined(__cplusplus) && __cplusplus >= 201703L
#define KAPIX_NOEXCEPT noexcept
#else
#define KAPIX_NOEXCEPT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* An engine: proved artefacts with a store for records and idempotency keys, in memory or in a file. Opaque: a handle is a number, not an
 * address. A handle that was closed, or never was one, is the error engine.closed, 400; it is never followed. */
typedef struct kapix_engine kapix_engine;

/* Bytes that the library wrote: `length` bytes and a NUL that is not counted. JSON holds no NUL inside, so `data` is
 * also a C string. Functions overwrite a buffer without reading it: free it between calls. */
typedef struct kapix_buffer {
    uint8_t *data; /* NULL when empty */
    size_t length;
} kapix_buffer;

/* Called during a long call with the steps done and the steps in all: rows of a batch; columns and fits of a development.
 * Return 0 to go on, anything else to cancel.
 *
 * It is called from the threads of the call, possibly from several at a time. It must be quick, must not close over
 * the stack by longjmp, and must not throw: a C++ callback catches what it calls and returns 1, which ends the call
 * with CANCELLED, 499. From C++17 on the type demands noexcept; an exception that arrives all the same ends the
 * process, as it does in every noexcept function. longjmp out of it leaves locks and memory behind: undefined. */
typedef int32_t (*kapix_progress)(void *context, uint64_t done, uint64_t total) KAPIX_NOEXCEPT;

/* What enters a long call beside its request; none of it changes a result. Zeros are the defaults:
 *     kapix_control control = {0};
 *     control.size = sizeof control;                                                                              */
typedef struct kapix_control {
    size_t size;             /* sizeof(kapix_control), so that later versions can add fields */
    kapix_progress progress; /* may be NULL */
    void *context;           /* handed to `progress` */
    const int32_t *cancelled; /* may be NULL; the call ends with CANCELLED, 499, at its next block (32,768 rows) after
                                 this is not 0. Write it with an atomic store, from any thread. */
    uint32_t threads;        /* threads of the call; 0 takes all of the machine. Never more than jobs, 1,024, or what the
                                system gives: with fewer the call takes longer, and its answer is the same. */
} kapix_control;

/* Returns the version of the library, such as "0.1.0"; lives as long as the process. */
const char *kapix_version(void) KAPIX_NOEXCEPT;

/* Returns the number that KAPIX_ABI_VERSION must equal. */
uint32_t kapix_abi_version(void) KAPIX_NOEXCEPT;

/* Loads artefacts and writes a handle to `engine` (NULL on an error).
 *
 *   artefacts  One artefact or bundle in JSON or YAML, several with lines `---` between them, or a JSON array of
 *              them. Each is proved whole: scoring then cannot fail on it. At most 32 MiB unless `limits` says
 *              otherwise.
 *   options    A JSON object, or nothing. Every member may be absent; an unknown one is refused.
 *                clock        "system" (default), "none", or an RFC 3339 instant that never moves: where an absent
 *                             `as_of` and the recorded time come from
 *                durability   of a store, when a call is on the disk: "group" (default) before it returns, with one sync
 *                             for all calls that wait; "decision" before it returns, with a sync of its own; "os" when
 *                             the operating system writes it
 *                envelope     true (default): answers carry request_id, audit_id, recorded_at and latency_ms
 *                idempotency  "durable" (default: keys live in the store; without one a request with a key is refused) or
 *                             "process" (without a store: 100,000 keys and 64 MiB, the limit store_key_bytes; the oldest evicted;
 *                             each process of a fork() has its own, so send a key to one of them)
 *                limits       {"request_bytes": ..., ...}; engine.describe lists them
 *                log_key      the private key that signs checkpoints of the log, as audit.key makes it
 *                origin       the name of the log, which no other log should have; that of the key when absent
 *                production   false (default); true loads approved artefacts only
 *                record       true (default): calls leave a record
 *                store        the path of a SQLite database, in UTF-8, which is made if there is none; its folder must be
 *                             there. Records, idempotency keys, the data of applicants and the log are in it when the
 *                             process comes back; without it they are in bounded memory. Several processes of one
 *                             machine may open one file. The errors are store.unavailable, 503: it cannot be opened;
 *                             store.corrupt, 503: it is damaged, or no database; store.schema, 400: it is of a later
 *                             engine, or of another program
 *                store_text   true keeps the texts of rows (description, counterparty), which may name other people; false
 *                             (default) keeps hashes under a key that is written nowhere
 *                tenant       "" (default): separates the idempotency keys, the data and the records of your customers
 *   error      Empty on success. */
int32_t kapix_engine_load(const uint8_t *artefacts, size_t length, const uint8_t *options, size_t options_length,
                          kapix_engine **engine, kapix_buffer *error) KAPIX_NOEXCEPT;

/* Closes an engine. Calls under way end on it; it goes when the last of them returns. NULL and a handle that was
 * closed before are left alone. */
void kapix_engine_close(kapix_engine *engine) KAPIX_NOEXCEPT;

/* Answers `operation` ("engine.describe", "credit.score", ...) for a request in JSON; `reply` is always JSON. */
int32_t kapix_call(const kapix_engine *engine, const char *operation, const uint8_t *request, size_t length,
                   kapix_buffer *reply) KAPIX_NOEXCEPT;

/* The structures of the Arrow C Data Interface, word for word as its specification asks. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#endif

/* Columns on their way in, and result columns on their way out. */
typedef struct kapix_columns {
    struct ArrowSchema schema;
    struct ArrowArray array;
} kapix_columns;

/* The same with more beside the request: `control` for a long operation, `columns` for a columnar one
 * ("credit.score_batch", "scorecard.develop", "scorecard.evaluate"). Either may be NULL.
 *
 *   columns  In: one struct array (format "+s", no null rows), a child for each column:
 *              numbers       float64 "g", int64 "l", int32 "i", uint64 "L" where every row is below 2^63; copied as
 *                            float64: the smaller ones "c", "C", "s", "S", "I", "e", "f", and decimals "d:"
 *              text          utf8 "u", large_utf8 "U", utf8_view "vu", a dictionary of these without null texts, and
 *                            boolean "b" as `true` and `false`; a policy tells it from these texts
 *              dates         date32 "tdD", days since 1970-01-01; copied: date64 "tdm"
 *              instants      timestamp[us] "tsu:", microseconds since 1970-01-01T00:00:00Z; one without zone is in UTC;
 *                            copied as such: "tss:", "tsm:", "tsn:"
 *              bytes         binary "z", large_binary "Z"
 *            A column of any other type may stand beside them; the error frame.column_type, at its name, is that of an
 *            operation that reads it. A null row, and a NaN, is a missing input; a column with null rows has
 *            ARROW_FLAG_NULLABLE. The call takes both structures over, as the interface says: they are released before
 *            it returns, whatever the status; only without a place for the reply they stay yours. Nothing is copied but
 *            what is said above, and dictionaries whose codes are not int32.
 *            Every column has the same length; the table may be a slice of them, by its own length and offset. A bitmap
 *            of validity decides which rows are null, whatever null_count says; a null_count above 0 without a bitmap
 *            is refused, and so is a column of which the array or the schema has a release of NULL. What contradicts
 *            itself is frame.shape, at the name of its column. The count of children and the length of buffers must be
 *            true: nothing can check them.
 *            Out: with status 0 the struct array of the result columns, whose two release() you call; otherwise both
 *            release are NULL. Find a column by the name of its child, never by its place. Every column may have null
 *            rows. "credit.score_batch" returns one row for each row in; an operation whose findings all stand in the
 *            reply returns no child and no row:
 *              points     int32                    total points; null unless scored, as all but status
 *              pd         float64                  probability of default; null unless the card is calibrated
 *              score      float64                  1 - PD, a rank unless calibrated
 *              decision   dictionary<int8, utf8>   decline, refer, approve
 *              risk_band  dictionary<int32, utf8>  the bands of the card
 *              status     dictionary<int8, utf8>   scored, or the cause; never null
 *            and those that the request names in `include`: data_completeness (float64), referral.CODE (boolean),
 *            points.CHARACTERISTIC (int32), reason_1 to reason_4 (dictionary<int32, utf8>). */
int32_t kapix_call_with(const kapix_engine *engine, const char *operation, const uint8_t *request, size_t length,
                        const kapix_control *control, kapix_columns *columns, kapix_buffer *reply) KAPIX_NOEXCEPT;

/* Writes the record of a call, by the `audit_id` or the `request_id` of its reply: {"leaf": ..., "parts": {"features":
 * {"body": ..., "salt": "32 hexadecimal digits"}, ...}}. The parts are those of "features" (and reasons), "found" (beside
 * the request), "request", "response" and "rows" (of accounts) that are held. Leaf and bodies are canonical JSON, byte for
 * byte as they were hashed: a member of leaf.parts is the HMAC-SHA256 of the bytes of that body under the 16 bytes of its
 * salt. A refused call of status 422 leaves a record too: leaf.refused is its code, and its response the error.
 * The error record.not_found, 404, is an id that has no record, or whose record the memory let go. */
int32_t kapix_record(const kapix_engine *engine, const char *id, kapix_buffer *reply) KAPIX_NOEXCEPT;

/* Proves a record, as kapix_record() wrote it and you kept it, and writes its leaf. 0 means that the HMACs of all parts
 * that are held are those of the bytes, and that the leaf is in canonical form: no part was changed alone. Whoever holds
 * the salts can seal another body under another leaf: keep the leaf, or its hash, where that hand cannot write.
 * The error record.altered, 400, says which part does not agree. It needs no engine. */
int32_t kapix_record_verify(const uint8_t *record, size_t length, kapix_buffer *reply) KAPIX_NOEXCEPT;

/* Writes a whole document of a record, as kapix_record() wrote it: "request", "response" or "found", in canonical JSON,
 * joined from its parts, with null in place of what is gone. It proves nothing, and needs no engine.
 * The error record.body_erased, 404: the record does not hold it, since it lapsed, was erased, or never was. */
int32_t kapix_record_document(const uint8_t *record, size_t length, const char *name, kapix_buffer *reply) KAPIX_NOEXCEPT;

/* Frees the bytes of a buffer and sets it to zeros, so that a second time does nothing. NULL is left alone. A copy of
 * the struct does not know that the bytes are gone: free one of the two. */
void kapix_buffer_free(kapix_buffer *buffer) KAPIX_NOEXCEPT;

/* Writes the bundle of the expert cards that ship as examples (individual, sme, corporate); they have no PD, only a
 * rank. For kapix_engine_load(). */
int32_t kapix_expert_cards(kapix_buffer *cards) KAPIX_NOEXCEPT;

/* Writes the policies that ship as examples, documents in YAML with lines `---` between them: instalment_loan_za,
 * nano_loan_ke, sme_working_capital_ng. They ask the expert cards: load both, with a line `---` between. */
int32_t kapix_example_policies(kapix_buffer *policies) KAPIX_NOEXCEPT;

/* Helpers, which are compiled into your program: columns from plain arrays, and the parts of answers. */

/* A column of plain memory, which stays yours. */
typedef struct kapix_column {
    const char *name, *format; /* the format is that of the Arrow C Data Interface */
    size_t length;
    const void *values;
} kapix_column;

/* Returns a column of numbers; NaN is missing. */
static inline kapix_column kapix_doubles(const char *name, const double *values, size_t length) {
    const kapix_column column = {name, "g", length, values};
    return column;
}

/* Returns a column of integers, none of them missing. */
static inline kapix_column kapix_integers(const char *name, const int64_t *values, size_t length) {
    const kapix_column column = {name, "l", length, values};
    return column;
}

/* Returns a column of C strings in UTF-8; NULL is missing. */
static inline kapix_column kapix_texts(const char *name, const char *const *values, size_t length) {
    const kapix_column column = {name, "U", length, values};
    return column;
}

static inline void kapix_release_schema(struct ArrowSchema *schema) {
    free(schema->private_data);
    schema->release = NULL;
}

static inline void kapix_release_array(struct ArrowArray *array) {
    free(array->private_data);
    array->release = NULL;
}

/* Copies texts behind each other, as large_utf8 holds them, and writes 1 bits where one is not missing. */
static inline void kapix_copy_texts(const kapix_column *column, int64_t *offsets, char *bytes, uint8_t *valid) {
    const char *const *texts = (const char *const *)column->values;
    offsets[0] = 0;
    for (size_t row = 0; row < column->length; row++) {
        const size_t length = texts[row] == NULL ? 0 : strlen(texts[row]);
        if (length > 0) memcpy(bytes + offsets[row], texts[row], length);
        offsets[row + 1] = offsets[row] + (int64_t)length;
        if (texts[row] != NULL) valid[row / 8] = (uint8_t)(valid[row / 8] | 1U << row % 8);
    }
}

/* Describes columns, for one kapix_call_with(), which releases them. Numbers are borrowed until it returns, texts are
 * copied. Returns 0, or -1 without memory. */
static inline int kapix_columns_of(kapix_columns *table, const kapix_column *columns, size_t count) {
    struct own {
        struct ArrowArray array;
        const void *buffers[3];
    };
    const size_t list = (count + 1) * sizeof(void *), schemas = list + count * sizeof(struct ArrowSchema);
    size_t bytes = list + (count + 1) * sizeof(struct own), rows = 0;
    for (size_t i = 0; i < count; i++) {
        rows = columns[i].length > rows ? columns[i].length : rows;
        if (strcmp(columns[i].format, "U") != 0) continue;
        const char *const *texts = (const char *const *)columns[i].values;
        /* Offsets, bytes and bits; every part begins at a multiple of 8. */
        size_t all = 0;
        for (size_t row = 0; row < columns[i].length; row++) all += texts[row] == NULL ? 0 : strlen(texts[row]);
        bytes += 8 * (columns[i].length + 1) + all / 8 * 8 + 8 + columns[i].length / 64 * 8 + 8;
    }
    memset(table, 0, sizeof *table);
    table->schema.private_data = calloc(1, schemas);
    table->array.private_data = calloc(1, bytes);
    table->schema.release = kapix_release_schema;
    table->array.release = kapix_release_array;
    if (table->schema.private_data == NULL || table->array.private_data == NULL) {
        kapix_release_schema(&table->schema);
        kapix_release_array(&table->array);
        return -1;
    }
    table->schema.children = (struct ArrowSchema **)table->schema.private_data;
    table->array.children = (struct ArrowArray **)table->array.private_data;
    struct ArrowSchema *const fields = (struct ArrowSchema *)(void *)((char *)table->schema.private_data + list);
    struct own *const arrays = (struct own *)(void *)((char *)table->array.private_data + list);
    char *room = (char *)(arrays + count + 1);
    for (size_t i = 0; i < count; i++) {
        struct ArrowArray *const array = &arrays[i].array;
        table->schema.children[i] = &fields[i];
        table->array.children[i] = array;
        fields[i].format = columns[i].format;
        fields[i].name = columns[i].name;
        fields[i].flags = ARROW_FLAG_NULLABLE;
        fields[i].release = kapix_release_schema;
        array->length = (int64_t)columns[i].length;
        array->null_count = -1;
        array->n_buffers = 2;
        array->buffers = arrays[i].buffers;
        array->release = kapix_release_array;
        arrays[i].buffers[1] = columns[i].values;
        if (strcmp(columns[i].format, "U") != 0) continue;
        int64_t *const offsets = (int64_t *)(void *)room;
        const size_t valid = columns[i].length / 64 * 8 + 8;
        char *const texts = room + 8 * (columns[i].length + 1) + valid;
        array->n_buffers = 3;
        arrays[i].buffers[0] = texts - valid;
        arrays[i].buffers[1] = offsets;
        arrays[i].buffers[2] = texts;
        kapix_copy_texts(&columns[i], offsets, texts, (uint8_t *)(texts - valid));
        room = texts + offsets[columns[i].length] / 8 * 8 + 8;
    }
    table->schema.format = "+s";
    table->schema.name = "";
    table->schema.n_children = table->array.n_children = (int64_t)count;
    table->array.length = (int64_t)rows;
    table->array.n_buffers = 1;
    table->array.buffers = arrays[count].buffers;
    return 0;
}

/* Returns the result column of this name, or NULL: its values stand in buffers[1], at the type of the table above. */
static inline const struct ArrowArray *kapix_result(const kapix_columns *table, const char *name) {
    for (int64_t i = 0; table->array.release != NULL && i < table->schema.n_children; i++) {
        if (strcmp(table->schema.children[i]->name, name) == 0) return table->array.children[i];
    }
    return NULL;
}

/* Returns whether a row of a result column holds no value. */
static inline int kapix_is_null(const struct ArrowArray *column, size_t row) {
    const uint8_t *const valid = (const uint8_t *)column->buffers[0];
    const size_t bit = (size_t)column->offset + row;
    return valid != NULL && (valid[bit / 8] >> bit % 8 & 1) == 0;
}

/* Returns the text of a row of a result column of codes, and its `length`; NULL where it holds none. */
static inline const char *kapix_text_of(const kapix_columns *table, const char *name, size_t row, size_t *length) {
    for (int64_t i = 0; table->array.release != NULL && i < table->schema.n_children; i++) {
        const struct ArrowArray *const column = table->array.children[i], *const names = column->dictionary;
        if (strcmp(table->schema.children[i]->name, name) != 0) continue;
        if (names == NULL || kapix_is_null(column, row)) return NULL;
        const size_t place = (size_t)column->offset + row;
        const int32_t code = *table->schema.children[i]->format == 'c' ? ((const int8_t *)column->buffers[1])[place]
                                                                      : ((const int32_t *)column->buffers[1])[place];
        const int32_t *const offsets = (const int32_t *)names->buffers[1] + names->offset + code;
        *length = (size_t)(offsets[1] - offsets[0]);
        return (const char *)names->buffers[2] + offsets[0];
    }
    return NULL;
}

/* Releases result columns, once or twice. */
static inline void kapix_columns_release(kapix_columns *table) {
    if (table->array.release != NULL) table->array.release(&table->array);
    if (table->schema.release != NULL) table->schema.release(&table->schema);
}

/* Returns where a value of JSON ends. */
static inline const char *kapix_value_end(const char *at) {
    for (int depth = 0; *at != '\0'; at++) {
        if (*at == '"') {
            for (at++; *at != '"' && *at != '\0'; at++) at += at[0] == '\\' && at[1] != '\0';
            if (*at == '\0') return at;
        } else if (*at == '{' || *at == '[') {
            depth++;
        } else if (*at == '}' || *at == ']') {
            if (depth == 0) return at;
            depth--;
        } else if (*at == ',' && depth == 0) {
            return at;
        }
        if (depth == 0 && (*at == '"' || *at == '}' || *at == ']')) return at + 1;
    }
    return at;
}

/* Returns whether a name of JSON, between its quotes, is the part of a JSON pointer: there `~1` is `/`, and `~0` is `~`. */
static inline int kapix_is_part(const char *name, const char *end, const char *part, const char *part_end) {
    for (; part < part_end; part++, name++) {
        char wanted = *part;
        if (wanted == '~') {
            if (++part == part_end || (*part != '0' && *part != '1')) return 0;
            wanted = *part == '1' ? '/' : '~';
        }
        if (name == end || *name != wanted) return 0;
    }
    return name == end;
}

/* Returns the value at a JSON pointer of a reply (RFC 6901), such as "/explanation/favourable_reasons/0/text", and its
 * `length`; NULL where there is none. It is JSON as the library writes it: a text has its quotes and escapes, and so have
 * names. */
static inline const char *kapix_find(const kapix_buffer *reply, const char *pointer, size_t *length) {
    const char *at = reply->data == NULL ? "" : (const char *)reply->data;
    while (*pointer == '/') {
        const size_t part = strcspn(++pointer, "/");
        const int is_list = *at == '[';
        if (*at != '{' && !is_list) return NULL;
        /* An index is digits, without a zero before others. */
        if (is_list && (part == 0 || strspn(pointer, "0123456789") < part || (part > 1 && *pointer == '0'))) return NULL;
        unsigned long left = is_list ? strtoul(pointer, NULL, 10) : 0;
        for (at++;; at++) {
            if (is_list ? *at == ']' : *at != '"') return NULL;
            if (is_list && left-- == 0) break;
            const char *const key = at + 1;
            if (!is_list) at = kapix_value_end(at);
            if (!is_list && *at++ != ':') return NULL;
            if (!is_list && kapix_is_part(key, at - 2, pointer, pointer + part)) break;
            at = kapix_value_end(at);
            if (*at != ',') return NULL;
        }
        pointer += part;
    }
    *length = (size_t)(kapix_value_end(at) - at);
    return *pointer == '\0' && *length > 0 ? at : NULL;
}

#ifdef __cplusplus
}
#endif

#endif
