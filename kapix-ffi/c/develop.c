/* A card of one's own from plain arrays, and a batch that it scores.
 *
 *     develop
 */
#include <kapix.h>
#include <stdio.h>

#define ROWS 2000

static const char DEVELOP[] = "{\"target\":\"bad\",\"bad\":[1],\"good\":[0],\"cutoffs\":{\"refer\":480,\"approve\":500}}";
static const char SCORE[] = "{\"entity_type\":\"individual\"}";

static int32_t call(kapix_engine *engine, const char *operation, const char *request, kapix_columns *columns,
                    kapix_buffer *reply) {
    const int32_t status =
        kapix_call_with(engine, operation, (const uint8_t *)request, strlen(request), NULL, columns, reply);
    if (status != 0) fprintf(stderr, "%d %s\n", (int)status, (const char *)reply->data);
    return status;
}

int main(void) {
    static double incomes[ROWS];
    static const char *regions[ROWS];
    static int64_t bads[ROWS];
    for (size_t row = 0; row < ROWS; row++) {
        incomes[row] = 500.0 + (double)(row * 7919 % ROWS);
        regions[row] = row % 10 == 0 ? NULL : row % 3 == 0 ? "coast" : "lake";
        bads[row] = row * 31 % 100 < (row % 3 == 0 ? 30U : 10U) + (incomes[row] < 1200.0 ? 20U : 0U);
    }
    kapix_engine *none = NULL, *engine = NULL;
    kapix_buffer reply = {0}, error = {0};
    kapix_columns table;
    const kapix_column sample[] = {kapix_doubles("income", incomes, ROWS), kapix_texts("region", regions, ROWS),
                                   kapix_integers("bad", bads, ROWS)};
    if (kapix_engine_load((const uint8_t *)"[]", 2, NULL, 0, &none, &error) != 0) return 1;
    if (kapix_columns_of(&table, sample, 3) != 0) return 1;
    if (call(none, "scorecard.develop", DEVELOP, &table, &reply) != 0) return 1;
    kapix_columns_release(&table);

    size_t length = 0;
    const char *const card = kapix_find(&reply, "/artefact", &length);
    if (kapix_engine_load((const uint8_t *)card, length, NULL, 0, &engine, &error) != 0) return 1;
    kapix_buffer_free(&reply);
    if (kapix_columns_of(&table, sample, 2) != 0) return 1;
    if (call(engine, "credit.score_batch", SCORE, &table, &reply) != 0) return 1;
    const int32_t *const points = (const int32_t *)kapix_result(&table, "points")->buffers[1];
    for (size_t row = 0; row < 3; row++) {
        const char *const decision = kapix_text_of(&table, "decision", row, &length);
        printf("%6.0f %-5s %d %.*s\n", incomes[row], regions[row] == NULL ? "" : regions[row], (int)points[row],
               (int)length, decision);
    }
    kapix_columns_release(&table);
    kapix_buffer_free(&reply);
    kapix_engine_close(none);
    kapix_engine_close(engine);
    return 0;
}
