/* The loan story in C: a request of credit.score in; points, decision, a reason and the proved record out.
 *
 *     story REQUEST.json [CARD.json]
 *
 * The card of the other languages' stories is examples/developed_card.json; without a card the expert cards score.
 */
#include <kapix.h>
#include <stdio.h>

static uint8_t file[1 << 20];

static size_t read_file(const char *path) {
    FILE *const open = fopen(path, "rb");
    const size_t length = open == NULL ? 0 : fread(file, 1, sizeof file, open);
    return open == NULL || fclose(open) != 0 ? 0 : length;
}

static int failed(int32_t status, kapix_buffer *reply) {
    if (status != 0) fprintf(stderr, "%d %s\n", (int)status, (const char *)reply->data);
    return status != 0;
}

int main(int count, char **arguments) {
    kapix_engine *engine = NULL;
    kapix_buffer reply = {0}, cards = {0}, leaf = {0};
    if (count < 2 || kapix_expert_cards(&cards) != 0) return 2;
    const size_t own = count > 2 ? read_file(arguments[2]) : 0;
    const uint8_t *const card = count > 2 ? file : cards.data;
    if (failed(kapix_engine_load(card, count > 2 ? own : cards.length, NULL, 0, &engine, &reply), &reply)) return 1;
    kapix_buffer_free(&cards);

    const size_t length = read_file(arguments[1]);
    if (failed(kapix_call(engine, "credit.score", file, length, &reply), &reply)) return 1;
    const char *const shown[] = {"/points",   "/risk_band", "/decision",    "/pd",
                                 "/audit_id", "/recorded_at", "/explanation/favourable_reasons/0/text"};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        size_t size = 0;
        const char *const value = kapix_find(&reply, shown[i], &size);
        if (value == NULL) return 1;
        printf("%-14s %.*s\n", i < 6 ? shown[i] + 1 : "because", (int)size, value);
    }

    size_t size = 0;
    char audit_id[64];
    const char *const id = kapix_find(&reply, "/audit_id", &size); /* in quotes */
    snprintf(audit_id, sizeof audit_id, "%.*s", (int)size - 2, id + 1);
    kapix_buffer_free(&reply);
    if (failed(kapix_record(engine, audit_id, &reply), &reply)) return 1;
    if (failed(kapix_record_verify(reply.data, reply.length, &leaf), &leaf)) return 1;
    printf("on record      %zu bytes, whose HMACs are those of the leaf\n", reply.length);
    kapix_buffer_free(&leaf);
    kapix_buffer_free(&reply);
    kapix_engine_close(engine);
    return 0;
}
