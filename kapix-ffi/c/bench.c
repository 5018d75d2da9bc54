/* What a call from C costs beside an empty call: best of 5 rounds, CPU time.
 *
 *     bench CARD.json
 */
#define _POSIX_C_SOURCE 200809L

#include "support.h"

#include <time.h>

#define ROUNDS 5
#define CALLS 20000

static const char *const SCORE = "{\"as_of\":\"2026-01-31T00:00:00Z\",\"entity_id\":\"a\",\"entity_type\":"
                                 "\"individual\",\"explain\":false,\"features\":{\"income\":6000,\"region\":\"lake\"}}";

static double seconds(void) {
    struct timespec now;
    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void empty(const kapix_engine *engine) {
    (void)engine;
    CHECK(kapix_abi_version() == KAPIX_ABI_VERSION);
}

/* All of a call but the engine: the lookup of the handle, the guard, an error in JSON and its buffer. */
static void refused(const kapix_engine *engine) {
    kapix_buffer reply = KAPIX_ZERO;
    CHECK(kapix_call(engine, NULL, NULL, 0, &reply) == 400);
    kapix_buffer_free(&reply);
}

static void score(const kapix_engine *engine) {
    kapix_buffer reply = KAPIX_ZERO;
    CHECK(call(engine, "credit.score", SCORE, &reply) == 0);
    kapix_buffer_free(&reply);
}

static void report(const char *name, void (*run)(const kapix_engine *), const kapix_engine *engine) {
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        const double start = seconds();
        for (int i = 0; i < CALLS; i++) {
            run(engine);
        }
        const double spent = (seconds() - start) / CALLS;
        best = spent < best ? spent : best;
    }
    printf("%-44s %9.0f ns\n", name, best * 1e9);
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    size_t length = 0;
    char *card = read_file(arguments[1], &length);
    kapix_engine *engine = load(card, "{\"envelope\":false,\"record\":false}");
    kapix_engine *recorded = load(card, "");
    free(card);
    report("empty call (kapix_abi_version)", empty, engine);
    report("refused call (handle, guard, reply)", refused, engine);
    report("credit.score, no explanation, no record", score, engine);
    report("credit.score, no explanation, record", score, recorded);
    kapix_engine_close(engine);
    kapix_engine_close(recorded);
    return 0;
}
