/* What a careless or hostile caller does: each an error or a defined nothing.
 *
 *     hostile CARD.json [CHILDREN]
 */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCORE                                                                                                  \
    "{\"as_of\":\"2026-01-31T00:00:00Z\",\"entity_id\":\"a\",\"entity_type\":\"individual\","                  \
    "\"features\":{\"income\":6000,\"region\":\"lake\"}}"
#define REQUEST_BYTES_MAX ((size_t)32 << 20)
#define THREADS 8

static const uint8_t *bytes(const char *string) { return (const uint8_t *)string; }

static void null_everywhere(const kapix_engine *engine) {
    kapix_buffer reply = {0};
    CHECK(kapix_call(NULL, NULL, NULL, 0, NULL) == 400);
    CHECK(kapix_call_with(NULL, NULL, NULL, 0, NULL, NULL, NULL) == 400);
    CHECK(kapix_call(engine, "engine.describe", bytes("{}"), 2, NULL) == 400);
    CHECK(kapix_expert_cards(NULL) == 400 && kapix_example_policies(NULL) == 400);
    kapix_buffer_free(NULL);
    kapix_engine_close(NULL);
    CHECK_CAUSE(kapix_call(NULL, "engine.describe", bytes("{}"), 2, &reply), 400, reply, "engine.closed");
    CHECK_CAUSE(kapix_call(engine, NULL, bytes("{}"), 2, &reply), 400, reply, "argument.invalid");
    CHECK_CAUSE(kapix_call(engine, "engine.describe", NULL, 2, &reply), 400, reply, "argument.invalid");
    CHECK_CAUSE(kapix_call(engine, "engine.describe", NULL, 0, &reply), 400, reply, "json.syntax");
    CHECK_CAUSE(kapix_call(engine, "engine.describe", bytes("{}"), SIZE_MAX, &reply), 400, reply,
                "argument.invalid");
    kapix_engine *none = (kapix_engine *)&reply;
    CHECK(kapix_engine_load(NULL, 0, NULL, 0, NULL, NULL) == 400);
    CHECK_CAUSE(kapix_engine_load(bytes("[]"), 2, NULL, 0, NULL, &reply), 400, reply, "argument.invalid");
    CHECK_CAUSE(kapix_engine_load(NULL, 5, NULL, 0, &none, &reply), 400, reply, "argument.invalid");
    CHECK(none == NULL);
    CHECK_CAUSE(kapix_engine_load(NULL, 0, NULL, 0, &none, &reply), 400, reply, "json.syntax");
    CHECK_CAUSE(kapix_engine_load(bytes("[]"), 2, NULL, 2, &none, &reply), 400, reply, "argument.invalid");
}

static void bad_options(const char *card) {
    kapix_buffer reply = {0};
    kapix_engine *none = NULL;
    const char *const refused[] = {"null", "{\"clok\":\"none\"}", "{\"clock\":\"noon\"}", "{\"record\":1}",
                                   "{\"limits\":{\"row\":1}}", "{\"idempotency\":\"never\"}", "\xff", "{"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        CHECK(kapix_engine_load(bytes(card), strlen(card), bytes(refused[i]), strlen(refused[i]), &none,
                                &reply) == 400);
        CHECK(holds(&reply, "VALIDATION_ERROR") && none == NULL);
        kapix_buffer_free(&reply);
    }
    const char *production = "{\"production\":true}";
    CHECK_CAUSE(kapix_engine_load(bytes(card), strlen(card), bytes(production), strlen(production), &none, &reply),
                403, reply, "artefact.not_approved");
}

static void bad_texts(const kapix_engine *engine) {
    kapix_buffer reply = {0};
    CHECK_CAUSE(call(engine, "\xff\xfe", "{}", &reply), 404, reply, "operation.unknown");
    CHECK_CAUSE(call(engine, "", "{}", &reply), 404, reply, "operation.unknown");
    CHECK_CAUSE(call(engine, "credit.score", "{\"entity_id\":\"\xff\"}", &reply), 400, reply, "json.syntax");
    const uint8_t with_nul[] = {'{', '}', 0, '{'};
    CHECK_CAUSE(kapix_call(engine, "engine.describe", with_nul, sizeof with_nul, &reply), 400, reply, "json.syntax");
    CHECK_CAUSE(call(engine, "credit.score", "{\"entity_id\":\"a\\u0000\"}", &reply), 400, reply, "id.invalid");
}

static void big_requests(const kapix_engine *engine) {
    kapix_buffer reply = {0};
    uint8_t *big = (uint8_t *)malloc(REQUEST_BYTES_MAX + 1);
    CHECK(big != NULL);
    memset(big, ' ', REQUEST_BYTES_MAX + 1);
    memcpy(big, "{}", 2);
    CHECK(kapix_call(engine, "engine.describe", big, REQUEST_BYTES_MAX, &reply) == 0);
    kapix_buffer_free(&reply);
    CHECK_CAUSE(kapix_call(engine, "engine.describe", big, REQUEST_BYTES_MAX + 1, &reply), 400, reply,
                "limit.exceeded");
    memset(big, '[', REQUEST_BYTES_MAX);
    CHECK_CAUSE(kapix_call(engine, "credit.score", big, REQUEST_BYTES_MAX, &reply), 400, reply, "limit.exceeded");
    memset(big, 'a', REQUEST_BYTES_MAX);
    big[0] = big[REQUEST_BYTES_MAX - 1] = '"';
    CHECK_CAUSE(kapix_call(engine, "credit.score", big, REQUEST_BYTES_MAX, &reply), 400, reply, "limit.exceeded");
    free(big);
}

static void closed_handles(const char *card) {
    kapix_buffer reply = {0};
    kapix_engine *engine = load(card, "");
    kapix_engine_close(engine);
    kapix_engine_close(engine);
    CHECK_CAUSE(call(engine, "engine.describe", "{}", &reply), 400, reply, "engine.closed");
    kapix_engine *other = load(card, "");
    CHECK(other != engine);
    CHECK_CAUSE(call(engine, "engine.describe", "{}", &reply), 400, reply, "engine.closed");
    CHECK_CAUSE(call((const kapix_engine *)card, "engine.describe", "{}", &reply), 400, reply, "engine.closed");
    kapix_engine_close((kapix_engine *)&reply);
    CHECK(call(other, "engine.describe", "{}", &reply) == 0);
    kapix_buffer_free(&reply);
    kapix_buffer_free(&reply);
    CHECK(reply.data == NULL && reply.length == 0);
    kapix_engine_close(other);
}

static void bad_controls(const kapix_engine *engine) {
    kapix_buffer reply = {0};
    kapix_control control = {0};
    CHECK_CAUSE(kapix_call_with(engine, "credit.score", bytes(SCORE), strlen(SCORE), &control, NULL, &reply), 400, reply,
                "argument.invalid");
    int32_t cancelled = 1;
    control.size = sizeof control;
    control.cancelled = &cancelled;
    CHECK_CAUSE(kapix_call_with(engine, "credit.score", bytes(SCORE), strlen(SCORE), &control, NULL, &reply), 499, reply,
                "cancelled");
    control.cancelled = (const int32_t *)(const void *)((const char *)&cancelled + 1);
    CHECK_CAUSE(kapix_call_with(engine, "credit.score", bytes(SCORE), strlen(SCORE), &control, NULL, &reply), 400, reply,
                "argument.invalid");
    control.cancelled = NULL;
    CHECK(kapix_call_with(engine, "credit.score", bytes(SCORE), strlen(SCORE), &control, NULL, &reply) == 0);
    kapix_buffer_free(&reply);
}

typedef struct shared {
    kapix_engine *engine;
    const char *expected;
    atomic_int answered, refused;
} shared;

static void *score_until_closed(void *argument) {
    shared *all = (shared *)argument;
    for (;;) {
        kapix_buffer reply = {0};
        const int32_t status = call(all->engine, "credit.score", SCORE, &reply);
        if (status != 0) {
            CHECK_CAUSE(status, 400, reply, "engine.closed");
            atomic_fetch_add(&all->refused, 1);
            return NULL;
        }
        CHECK(strcmp(text(&reply), all->expected) == 0);
        kapix_buffer_free(&reply);
        atomic_fetch_add(&all->answered, 1);
    }
}

static void threads_on_an_engine_that_closes(const char *card) {
    kapix_buffer expected = {0};
    shared all = {.engine = load(card, "{\"envelope\":false}")};
    CHECK(call(all.engine, "credit.score", SCORE, &expected) == 0);
    all.expected = text(&expected);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, score_until_closed, &all) == 0);
    }
    while (atomic_load(&all.answered) < 20 * THREADS) {
        CHECK(sched_yield() == 0);
    }
    kapix_engine_close(all.engine);
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    CHECK(atomic_load(&all.refused) == THREADS);
    kapix_buffer_free(&expected);
}

static void child_of_fork(const char *card) {
    kapix_engine *engine = load(card, "{\"envelope\":false}");
    kapix_buffer before = {0};
    CHECK(call(engine, "credit.score", SCORE, &before) == 0);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        kapix_buffer reply = {0};
        CHECK(call(engine, "credit.score", SCORE, &reply) == 0);
        CHECK(strcmp(text(&reply), text(&before)) == 0);
        kapix_buffer_free(&reply);
        kapix_buffer_free(&before);
        kapix_engine *own = load(card, "");
        CHECK(call(own, "credit.score", SCORE, &reply) == 0);
        kapix_buffer_free(&reply);
        kapix_engine_close(own);
        kapix_engine_close(engine);
        _exit(0);
    }
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    kapix_buffer_free(&before);
    kapix_engine_close(engine);
}

/* What a worker does that was forked while others call: it answers, reads a record, loads and closes. */
static void work(kapix_engine *engine, const char *card) {
    alarm(60);
    kapix_buffer reply = {0};
    for (int i = 0; i < 20; i++) {
        CHECK(call(engine, "credit.score", SCORE, &reply) == 0);
        size_t length = 0;
        char audit_id[32] = {0};
        const char *id = kapix_find(&reply, "/audit_id", &length);
        CHECK(id != NULL && length == 32);
        memcpy(audit_id, id + 1, length - 2);
        kapix_buffer_free(&reply);
        CHECK(kapix_record(engine, audit_id, &reply) == 0);
        kapix_buffer_free(&reply);
    }
    kapix_engine *own = load(card, "");
    CHECK(call(own, "credit.score", SCORE, &reply) == 0);
    kapix_buffer_free(&reply);
    kapix_engine_close(own);
    kapix_engine_close(engine);
}

static void *score_with_records(void *argument) {
    shared *all = (shared *)argument;
    while (atomic_load(&all->refused) == 0) {
        kapix_buffer reply = {0};
        CHECK(call(all->engine, "credit.score", SCORE, &reply) == 0);
        kapix_buffer_free(&reply);
    }
    return NULL;
}

static void children_that_are_forked_amid_calls(const char *card, int children) {
    /* Threads that never rest would keep this one from its turn under valgrind. */
    if (children == 0) return;
    shared all = {.engine = load(card, "")};
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        CHECK(pthread_create(&threads[i], NULL, score_with_records, &all) == 0);
    }
    for (int i = 0; i < children; i++) {
        const pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            work(all.engine, card);
            _exit(0);
        }
        int status = 1;
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }
    atomic_store(&all.refused, 1);
    for (int i = 0; i < 4; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    kapix_engine_close(all.engine);
}

/* Unsigned integers are read below 2^63. One beyond is refused with its row where the column is read; unread it stays. */
static void unsigned_integers(const kapix_engine *engine) {
    const char *const request = "{\"as_of\":\"2026-01-31T00:00:00Z\",\"entity_type\":\"individual\"}";
    const char *const lake[] = {"lake", "lake", "lake"};
    const double plain[] = {6000, 6000, 6000};
    uint64_t values[] = {6000, 6000, UINT64_MAX};
    kapix_buffer reply = {0};
    kapix_columns table;
    for (int how = 0; how < 3; how++) {
        if (how == 2) values[2] = 6000;
        const kapix_column numbers = {how == 1 ? "other" : "income", "L", 3, values};
        const kapix_column columns[] = {numbers, kapix_texts("region", lake, 3), kapix_doubles("income", plain, 3)};
        CHECK(kapix_columns_of(&table, columns, how == 1 ? 3 : 2) == 0);
        const int32_t status = kapix_call_with(engine, "credit.score_batch", bytes(request), strlen(request), NULL, &table, &reply);
        if (how == 0) {
            CHECK(holds(&reply, "uint64 with `18446744073709551615` in row `2`") && holds(&reply, "[\"/columns/income\"]"));
            CHECK_CAUSE(status, 400, reply, "frame.column_type");
            continue;
        }
        const struct ArrowArray *points = NULL;
        for (int64_t i = 0; status == 0 && i < table.schema.n_children; i++) {
            if (strcmp(table.schema.children[i]->name, "points") == 0) points = table.array.children[i];
        }
        CHECK(points != NULL && points->length == 3 && ((const int32_t *)points->buffers[1])[2] == 35);
        table.array.release(&table.array);
        table.schema.release(&table.schema);
        kapix_buffer_free(&reply);
    }
}

/* What contradicts itself is refused at its column, read or not; numbers and times of every width are read. */
static void contradictions(const kapix_engine *engine) {
    const char *const request = "{\"as_of\":\"2026-01-31T00:00:00Z\",\"entity_type\":\"individual\"}";
    const char *const lake[] = {"lake", "lake", "lake"};
    const double plain[] = {6000, 6000, 6000};
    const uint8_t odd = 0x05;
    static const int64_t below = -1;
    static const void *no_values[2], *odd_valid[2], *no_sizes[4], *no_views[4], *odd_sizes[4];
    odd_valid[0] = &odd;
    odd_valid[1] = no_sizes[1] = no_sizes[2] = no_views[2] = no_views[3] = odd_sizes[1] = odd_sizes[2] = plain;
    odd_sizes[3] = &below;
    kapix_buffer reply = {0};
    kapix_columns table;
    for (int how = 0; how < 11; how++) {
        const kapix_column columns[] = {kapix_doubles("income", plain, 3), kapix_texts("region", lake, 3),
                                        kapix_doubles("a/b", plain, 3)};
        CHECK(kapix_columns_of(&table, columns, 3) == 0);
        struct ArrowSchema *const schema = table.schema.children[2];
        struct ArrowArray *const array = table.array.children[2];
        if (how == 0) schema->release = NULL;
        if (how == 1) array->release = NULL;
        if (how == 2) array->n_buffers = -1;
        if (how == 3) array->n_buffers = 3;
        if (how == 4) array->buffers = NULL;
        if (how == 5) array->buffers = no_values;
        if (how == 6) schema->flags = 0;
        if (how == 6 || how == 7) array->buffers = odd_valid;
        if (how == 7) schema->flags = ARROW_FLAG_NULLABLE;
        /* Views of texts without the sizes of their buffers, without themselves, and with a size below 0. */
        if (how >= 8) schema->format = "vu";
        if (how >= 8) array->n_buffers = 4;
        if (how >= 8) array->buffers = how == 8 ? no_sizes : how == 9 ? no_views : odd_sizes;
        const int32_t status = kapix_call_with(engine, "credit.score_batch", bytes(request), strlen(request), NULL, &table, &reply);
        if (how != 7) {
            CHECK(holds(&reply, "[\"/columns/a~1b\"]"));
            CHECK_CAUSE(status, 400, reply, "frame.shape");
        } else {
            CHECK(status == 0);
            kapix_columns_release(&table);
            kapix_buffer_free(&reply);
        }
    }
    const float singles[] = {6000, 500, 6000};
    const int16_t shorts[] = {6000, 500, 6000};
    const uint32_t unsigneds[] = {6000, 500, 6000};
    const uint16_t halves[] = {0x6ddc, 0x5fd0, 0x6ddc};
    const int64_t decimals[] = {600000, 0, 50000, 0, 600000, 0};
    const kapix_column numbers[] = {{"income", "f", 3, singles}, {"income", "s", 3, shorts}, {"income", "I", 3, unsigneds},
                                    {"income", "e", 3, halves},  {"income", "d:10,2", 3, decimals}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const kapix_column columns[] = {numbers[i], kapix_texts("region", lake, 3)};
        CHECK(kapix_columns_of(&table, columns, 2) == 0);
        CHECK(kapix_call_with(engine, "credit.score_batch", bytes(request), strlen(request), NULL, &table, &reply) == 0);
        const int32_t *const points = (const int32_t *)kapix_result(&table, "points")->buffers[1];
        CHECK(points[0] == 35 && points[1] == 15 && points[2] == 35);
        kapix_columns_release(&table);
        kapix_buffer_free(&reply);
    }
    /* Seconds that microseconds cannot hold are refused with their row where they are read, and harm nobody elsewhere. */
    const char *const develop[] = {
        "{\"target\":\"bad\",\"sample\":{\"observation_date\":\"at\"}}", "{\"target\":\"bad\",\"exclude\":[\"at\"]}"};
    enum { ROWS = 400 };
    static double income[ROWS], bad[ROWS];
    static int64_t at[ROWS];
    for (int row = 0; row < ROWS; row++) {
        income[row] = row * 37 % 100;
        bad[row] = row * 31 % 100 > 50 + row * 37 % 100 / 2;
        at[row] = row == 7 ? INT64_C(1) << 62 : 1700000000;
    }
    for (int how = 0; how < 2; how++) {
        const kapix_column columns[] = {kapix_doubles("income", income, ROWS), kapix_doubles("bad", bad, ROWS), {"at", "tss:", ROWS, at}};
        CHECK(kapix_columns_of(&table, columns, 3) == 0);
        const int32_t status = kapix_call_with(engine, "scorecard.develop", bytes(develop[how]), strlen(develop[how]), NULL, &table, &reply);
        CHECK((status == 0) == (how == 1));
        CHECK(how == 1 || (holds(&reply, "[\"/columns/at\"]") && holds(&reply, "row `7`")));
        kapix_columns_release(&table);
        kapix_buffer_free(&reply);
    }
}

static void parts_are_found(void) {
    char json[] = "{\"a\":[1,{\"b]\":\"x\\\"},\"},[],\"\"],\"ab\":{},\"s/l\":1,\"t~1\":2,\"\":3,\"c\":null}";
    kapix_buffer reply = {(uint8_t *)json, sizeof json - 1};
    const char *const there[][2] = {{"", json},         {"/a/0", "1"}, {"/a/1/b]", "\"x\\\"},\""}, {"/a/2", "[]"},
                                    {"/a/3", "\"\""}, {"/ab", "{}"}, {"/c", "null"},  {"/s~1l", "1"},
                                    {"/t~01", "2"},   {"/", "3"}};
    const char *const absent[] = {"/b",   "/a/4",  "/a/1/b", "/a/0/0", "/a/2/0", "/ab/c", "/c/d", "/abc",  "a",     "/a/x",
                                  "/a/",  "/a/-",  "/a/1x",  "/a/ 1",  "/a/+1",  "/a/01", "/a/00", "/s/l",  "/t~1",  "/s~l",
                                  "/s~",  "//",    "/c/",    "/a/18446744073709551616",   "/a/1/b]/c"};
    size_t length = 0;
    for (size_t i = 0; i < sizeof there / sizeof *there; i++) {
        const char *found = kapix_find(&reply, there[i][0], &length);
        CHECK(found != NULL && length == strlen(there[i][1]) && strncmp(found, there[i][1], length) == 0);
    }
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
        CHECK(kapix_find(&reply, absent[i], &length) == NULL);
    }
    for (size_t end = 0; end < sizeof json; end++) { /* the sanitizer watches */
        char *cut = (char *)calloc(1, end + 1);
        CHECK(cut != NULL);
        memcpy(cut, json, end);
        reply.data = (uint8_t *)cut;
        CHECK(end == sizeof json - 1 || kapix_find(&reply, "/c/d", &length) == NULL);
        CHECK(kapix_find(&reply, "/a/1/b]/c", &length) == NULL);
        free(cut);
    }
    reply.data = NULL;
    CHECK(kapix_find(&reply, "/a", &length) == NULL && kapix_find(&reply, "", &length) == NULL);
}

int main(int count, char **arguments) {
    CHECK(count == 2 || count == 3);
    size_t length = 0;
    char *card = read_file(arguments[1], &length);
    kapix_engine *engine = load(card, "");
    null_everywhere(engine);
    bad_options(card);
    bad_texts(engine);
    big_requests(engine);
    bad_controls(engine);
    unsigned_integers(engine);
    contradictions(engine);
    kapix_engine_close(engine);
    closed_handles(card);
    child_of_fork(card);
    children_that_are_forked_amid_calls(card, count == 3 ? atoi(arguments[2]) : 60);
    parts_are_found();
    threads_on_an_engine_that_closes(card);
    free(card);
    puts("hostile: ok");
    return 0;
}
