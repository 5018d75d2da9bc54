/* Records, kept and proved, and engines on a file.
 *
 *     records CARD.json [CHILDREN]
 *
 * Without children nothing is forked.
 */
#define _POSIX_C_SOURCE 200809L

#include "hmac.h"
#include "support.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCORE                                                                                                  \
    "{\"as_of\":\"2026-01-31T00:00:00Z\",\"entity_id\":\"a\",\"entity_type\":\"individual\","                  \
    "\"features\":{\"income\":6000,\"region\":\"lake\"}"
#define UNKNOWN "{\"data_sources\":[\"bank\"],\"entity_id\":\"nobody\"}"
#define PATH_MAX_HERE 256
#define CALLS 20

static const uint8_t *bytes(const char *string) { return (const uint8_t *)string; }

/* RFC 4231, test cases 1 and 2. */
static void hmac_is_the_standards(void) {
    char hex[HMAC_HEX];
    hmac_sha256(bytes("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"), 20, "Hi There",
                8, hex);
    CHECK(strcmp(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7") == 0);
    const char *question = "what do ya want for nothing?";
    hmac_sha256(bytes("Jefe"), 4, question, strlen(question), hex);
    CHECK(strcmp(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843") == 0);
}

/* Copies the text at a JSON pointer, without its quotes. */
static void text_at(const kapix_buffer *reply, const char *pointer, char *copy, size_t size) {
    size_t length = 0;
    const char *const found = kapix_find(reply, pointer, &length);
    CHECK(found != NULL && length > 1 && length - 2 < size);
    memcpy(copy, found + 1, length - 2);
    copy[length - 2] = '\0';
}

/* Proves that the HMAC of a part of a record is the one that its leaf was sealed with. */
static void prove(const kapix_buffer *record, const char *part) {
    char pointer[64], digits[64], sealed[HMAC_HEX], hex[HMAC_HEX];
    snprintf(pointer, sizeof pointer, "/parts/%s/salt", part);
    text_at(record, pointer, digits, sizeof digits);
    CHECK(strlen(digits) == 32);
    uint8_t salt[16];
    for (size_t i = 0; i < sizeof salt; i++) {
        const char byte[3] = {digits[2 * i], digits[1 + 2 * i], '\0'};
        salt[i] = (uint8_t)strtoul(byte, NULL, 16);
    }
    snprintf(pointer, sizeof pointer, "/leaf/parts/%s", part);
    text_at(record, pointer, sealed, sizeof sealed);
    snprintf(pointer, sizeof pointer, "/parts/%s/body", part);
    size_t length = 0;
    const char *const start = kapix_find(record, pointer, &length);
    CHECK(start != NULL);
    hmac_sha256(salt, sizeof salt, start, length, hex);
    CHECK(strcmp(sealed, hex) == 0);
}

static void documents(const kapix_buffer *record) {
    kapix_buffer reply = {0};
    CHECK(kapix_record_document(record->data, record->length, "request", &reply) == 0);
    CHECK(strncmp(text(&reply), "{\"as_of\":\"2026-01-31T00:00:00Z\"", 31) == 0 && holds(&reply, "\"features\":{\"income\":6000,"));
    kapix_buffer_free(&reply);
    CHECK(kapix_record_document(record->data, record->length, "response", &reply) == 0);
    CHECK(holds(&reply, "\"points\":35") && holds(&reply, "\"explanation\":{"));
    kapix_buffer_free(&reply);
    CHECK_CAUSE(kapix_record_document(record->data, record->length, "found", &reply), 404, reply, "record.body_erased");
    CHECK_CAUSE(kapix_record_document(record->data, record->length, "rows", &reply), 400, reply, "argument.invalid");
    CHECK_CAUSE(kapix_record_document(record->data, record->length, "", &reply), 400, reply, "argument.invalid");
    CHECK_CAUSE(kapix_record_document(record->data, record->length, NULL, &reply), 400, reply, "argument.invalid");
    CHECK_CAUSE(kapix_record_document(NULL, 1, "request", &reply), 400, reply, "argument.invalid");
    CHECK_CAUSE(kapix_record_document(bytes("{}"), 2, "request", &reply), 400, reply, "json.shape");
    CHECK(kapix_record_document(record->data, record->length, "request", NULL) == 400);
    /* Without its part the document is gone, and the rest is proved. */
    const char *const cut = strstr(text(record), ",\"response\":{\"body\":"), *const start = strstr(text(record), ",\"parts\":{");
    char *const rest = (char *)malloc(record->length + 1);
    CHECK(cut != NULL && start != NULL && rest != NULL);
    snprintf(rest, record->length + 1, "%.*s}}", (int)(cut - text(record)), text(record));
    CHECK_CAUSE(kapix_record_document(bytes(rest), strlen(rest), "response", &reply), 404, reply, "record.body_erased");
    CHECK(kapix_record_verify(bytes(rest), strlen(rest), &reply) == 0);
    kapix_buffer_free(&reply);
    free(rest);
}

static void records(const char *card) {
    kapix_buffer reply = {0};
    kapix_engine *engine = load(card, ""), *forgetful = load(card, "{\"record\":false}");
    CHECK(kapix_record(engine, "aud_", NULL) == 400);
    CHECK_CAUSE(kapix_record(NULL, "aud_", &reply), 400, reply, "engine.closed");
    CHECK_CAUSE(kapix_record(engine, NULL, &reply), 400, reply, "argument.invalid");
    const char *const unknown[] = {"", "aud_01", "\xff", "aud_00000000000000000000000000"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        CHECK_CAUSE(kapix_record(engine, unknown[i], &reply), 404, reply, "record.not_found");
    }
    char audit_id[32], request_id[32];
    CHECK(call(engine, "credit.score", SCORE "}", &reply) == 0);
    text_at(&reply, "/audit_id", audit_id, sizeof audit_id);
    text_at(&reply, "/request_id", request_id, sizeof request_id);
    kapix_buffer_free(&reply);
    CHECK_CAUSE(kapix_record(forgetful, audit_id, &reply), 404, reply, "record.not_found");
    kapix_buffer record = {0}, proved = {0};
    CHECK(kapix_record(engine, audit_id, &record) == 0 && kapix_record(engine, request_id, &reply) == 0);
    CHECK(strcmp(text(&record), text(&reply)) == 0);
    kapix_buffer_free(&reply);
    CHECK(strncmp(text(&record), "{\"leaf\":{", 9) == 0 && holds(&record, audit_id) && holds(&record, request_id));
    const char *const parts[] = {"features", "request", "response"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) prove(&record, parts[i]);
    CHECK(kapix_record_verify(record.data, record.length, &proved) == 0 && holds(&proved, audit_id));
    CHECK(strncmp(text(&record) + 8, text(&proved), proved.length) == 0);
    kapix_buffer_free(&proved);
    CHECK_CAUSE(kapix_record_verify(NULL, 1, &proved), 400, proved, "argument.invalid");
    CHECK_CAUSE(kapix_record_verify(bytes("{"), 1, &proved), 400, proved, "json.syntax");
    CHECK_CAUSE(kapix_record_verify(bytes("{}"), 2, &proved), 400, proved, "json.shape");
    documents(&record);
    /* A part, or a salt, that was changed alone is told. */
    const char *const changes[][2] = {{"\"points\":3", "`response`"}, {"\"income\":6", "`features`"}, {"\"salt\":\"", "`features`"}};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char *const place = strstr(text(&record), changes[i][0]) + strlen(changes[i][0]) - (i < 2);
        const char before = *place;
        *place = before == '1' ? '2' : '1';
        CHECK(kapix_record_verify(record.data, record.length, &proved) == 400 && holds(&proved, "record.altered"));
        CHECK(holds(&proved, changes[i][1]) && holds(&proved, "is not what the leaf was sealed over"));
        kapix_buffer_free(&proved);
        *place = before;
    }
    CHECK(kapix_record_verify(record.data, record.length, &proved) == 0);
    kapix_buffer_free(&proved);
    kapix_buffer_free(&record);
    kapix_engine_close(engine);
    kapix_engine_close(forgetful);
    CHECK_CAUSE(kapix_record(engine, audit_id, &reply), 400, reply, "engine.closed");
}

/* A refused call leaves a record, whose response is its error. */
static void refusals(const char *card) {
    kapix_engine *engine = load(card, "");
    kapix_buffer reply = {0}, record = {0};
    char audit_id[32];
    CHECK(call(engine, "cashflow.analyze", UNKNOWN, &reply) == 422);
    text_at(&reply, "/error/audit_id", audit_id, sizeof audit_id);
    kapix_buffer_free(&reply);
    CHECK(kapix_record(engine, audit_id, &record) == 0 && holds(&record, "\"refused\":\"INSUFFICIENT_DATA\""));
    CHECK(kapix_record_verify(record.data, record.length, &reply) == 0);
    kapix_buffer_free(&reply);
    CHECK(kapix_record_document(record.data, record.length, "response", &reply) == 0);
    CHECK(strncmp(text(&reply), "{\"error\":{\"cause\":\"data.missing\"", 31) == 0);
    kapix_buffer_free(&reply);
    kapix_buffer_free(&record);
    CHECK(call(engine, "credit.score", "{}", &reply) == 400 && !holds(&reply, "audit_id"));
    kapix_buffer_free(&reply);
    kapix_engine_close(engine);
}

/* Loads an engine on a file, and returns the status. */
static int32_t open_store(const char *card, const char *path, const char *durability, kapix_engine **engine, kapix_buffer *error) {
    char options[PATH_MAX_HERE + 64];
    snprintf(options, sizeof options, "{\"clock\":\"2026-01-31T00:00:00Z\",\"durability\":\"%s\",\"store\":\"%s\"}", durability, path);
    const int32_t status = kapix_engine_load(bytes(card), strlen(card), bytes(options), strlen(options), engine, error);
    CHECK((status == 0) == (*engine != NULL));
    return status;
}

/* Checks that a record of one engine is found by another one, and returns its number. */
static unsigned long number_of(const kapix_engine *engine, const char *audit_id) {
    kapix_buffer record = {0}, proved = {0};
    size_t length = 0;
    CHECK(kapix_record(engine, audit_id, &record) == 0);
    CHECK(kapix_record_verify(record.data, record.length, &proved) == 0);
    const char *const number = kapix_find(&proved, "/seq", &length);
    CHECK(number != NULL);
    const unsigned long seq = strtoul(number, NULL, 10);
    kapix_buffer_free(&record);
    kapix_buffer_free(&proved);
    return seq;
}

static void restarts(const char *card, const char *folder) {
    const char *const keyed = SCORE ",\"idempotency_key\":\"application-7\"}";
    const char *const durabilities[] = {"decision", "group", "os"};
    for (size_t i = 0; i < sizeof durabilities / sizeof *durabilities; i++) {
        char path[PATH_MAX_HERE], audit_id[32];
        snprintf(path, sizeof path, "%s/%s.db", folder, durabilities[i]);
        kapix_buffer error = {0}, first = {0}, again = {0};
        kapix_engine *engine = NULL;
        CHECK(open_store(card, path, durabilities[i], &engine, &error) == 0);
        CHECK(call(engine, "credit.score", keyed, &first) == 0);
        kapix_engine_close(engine);
        text_at(&first, "/audit_id", audit_id, sizeof audit_id);
        CHECK(open_store(card, path, durabilities[i], &engine, &error) == 0);
        CHECK(call(engine, "credit.score", keyed, &again) == 0);
        CHECK(first.length == again.length && memcmp(first.data, again.data, first.length) == 0);
        CHECK(number_of(engine, audit_id) == 0);
        kapix_buffer_free(&first);
        kapix_buffer_free(&again);
        kapix_engine_close(engine);
    }
}

static void score_on(const kapix_engine *engine, char audit_id[32]) {
    kapix_buffer reply = {0};
    CHECK(call(engine, "credit.score", SCORE "}", &reply) == 0);
    text_at(&reply, "/audit_id", audit_id, 32);
    kapix_buffer_free(&reply);
}

/* Two engines, and a child of fork(), on one file: each finds the records of the others, and no number is given twice. */
static void several_on_one_file(const char *card, const char *folder, int children) {
    char path[PATH_MAX_HERE], audit_ids[CALLS][32];
    snprintf(path, sizeof path, "%s/several.db", folder);
    kapix_buffer error = {0};
    kapix_engine *engines[2];
    CHECK(open_store(card, path, "group", &engines[0], &error) == 0 && open_store(card, path, "os", &engines[1], &error) == 0);
    for (int i = 0; i < CALLS; i++) score_on(engines[i % 2], audit_ids[i]);
    for (unsigned i = 0; i < CALLS; i++) CHECK(number_of(engines[(i + 1) % 2], audit_ids[i]) == i);
    if (children > 0) {
        int pipes[2], status = 1;
        char audit_id[32] = {0};
        CHECK(pipe(pipes) == 0);
        const pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            alarm(60);
            CHECK(number_of(engines[1], audit_ids[0]) == 0);
            score_on(engines[0], audit_id);
            _exit(write(pipes[1], audit_id, sizeof audit_id) == sizeof audit_id ? 0 : 1);
        }
        CHECK(waitpid(child, &status, 0) == child && status == 0);
        CHECK(read(pipes[0], audit_id, sizeof audit_id) == sizeof audit_id && close(pipes[0]) == 0 && close(pipes[1]) == 0);
        CHECK(number_of(engines[0], audit_id) == CALLS && number_of(engines[1], audit_id) == CALLS);
        score_on(engines[0], audit_id);
        CHECK(number_of(engines[1], audit_id) == CALLS + 1);
    }
    kapix_engine_close(engines[0]);
    kapix_engine_close(engines[1]);
}

static void what_is_no_store(const char *card, const char *folder) {
    char path[PATH_MAX_HERE];
    kapix_buffer error = {0};
    snprintf(path, sizeof path, "%s/other.db", folder);
    kapix_engine *engine = NULL;
    CHECK(open_store(card, path, "group", &engine, &error) == 0);
    kapix_engine_close(engine);
    /* Another application in the header: the 4 bytes at 68. */
    FILE *file = fopen(path, "r+b");
    CHECK(file != NULL && fseek(file, 68, SEEK_SET) == 0 && fputc(7, file) == 7 && fclose(file) == 0);
    CHECK_CAUSE(open_store(card, path, "group", &engine, &error), 400, error, "store.schema");
    snprintf(path, sizeof path, "%s/text.db", folder);
    file = fopen(path, "wb");
    CHECK(file != NULL);
    for (int i = 0; i < 100; i++) CHECK(fputs("no database ", file) >= 0);
    CHECK(fclose(file) == 0);
    CHECK_CAUSE(open_store(card, path, "group", &engine, &error), 503, error, "store.corrupt");
    snprintf(path, sizeof path, "%s/no/kapix.db", folder);
    CHECK(open_store(card, path, "group", &engine, &error) == 503 && holds(&error, "[\"/store\"]"));
    CHECK_CAUSE(503, 503, error, "store.unavailable");
    CHECK_CAUSE(open_store(card, path, "never", &engine, &error), 400, error, "value.out_of_range");
}

static void remove_all(const char *folder) {
    const char *const names[] = {"decision", "group", "os", "several", "other", "text"}, *const ends[] = {"", "-wal", "-shm"};
    char path[PATH_MAX_HERE];
    for (size_t i = 0; i < 3 * sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s.db%s", folder, names[i / 3], ends[i % 3]);
        unlink(path);
    }
    CHECK(rmdir(folder) == 0);
}

int main(int count, char **arguments) {
    CHECK(count == 2 || count == 3);
    size_t length = 0;
    char *card = read_file(arguments[1], &length);
    hmac_is_the_standards();
    records(card);
    refusals(card);
    char folder[] = "/tmp/kapix-records-XXXXXX";
    CHECK(mkdtemp(folder) != NULL);
    restarts(card, folder);
    several_on_one_file(card, folder, count == 3 ? atoi(arguments[2]) : 1);
    what_is_no_store(card, folder);
    remove_all(folder);
    free(card);
    puts("records: ok");
    return 0;
}
