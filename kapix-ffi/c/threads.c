/* A batch that asks for more threads than the system gives: it has fewer, and the same answer.
 *
 *     threads CARD.json
 */
#include "support.h"

#include <errno.h>
#include <pthread.h>

#define ROWS 200000

static double incomes[ROWS];
static int refused;

/* Stands in for that of the system, which has no thread left. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) {
    (void)thread, (void)attributes, (void)start, (void)argument;
    refused++;
    return EAGAIN;
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    size_t length = 0;
    char *card = read_file(arguments[1], &length);
    kapix_engine *engine = load(card, "{\"envelope\":false,\"record\":false}");
    const char *request = "{\"as_of\":\"2026-01-31T00:00:00Z\",\"entity_type\":\"individual\"}";
    static const char *regions[ROWS];
    const kapix_column columns[] = {kapix_doubles("income", incomes, ROWS), kapix_texts("region", regions, ROWS)};
    kapix_columns table;
    CHECK(kapix_columns_of(&table, columns, 2) == 0);
    kapix_control control = {0};
    control.size = sizeof control;
    control.threads = UINT32_MAX;
    kapix_buffer reply = {0};
    const int32_t status = kapix_call_with(engine, "credit.score_batch", (const uint8_t *)request, strlen(request), &control,
                                           &table, &reply);
    if (status != 0) fprintf(stderr, "%s\n", text(&reply));
    CHECK(status == 0 && table.array.length == ROWS && refused == 1);
    kapix_columns_release(&table);
    kapix_buffer_free(&reply);
    kapix_engine_close(engine);
    free(card);
    puts("threads: ok");
    return 0;
}
