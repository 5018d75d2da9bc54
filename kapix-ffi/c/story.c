/* The loan story in C: a request of credit.score in; points, decision, a reason and the proved record out; then a loan
 * decided by a policy, with its reasons.
 *
 *     story REQUEST.json [CARD.json [LOAN.json]]
 *
 * The card of the other languages' stories is examples/developed_card.json; without a card the expert cards score.
 */
#include <kapix.h>
#include <stdio.h>
#include <stdlib.h>

static uint8_t file[1 << 20];
static kapix_buffer reply;

static size_t read_file(const char *path) {
    FILE *const open = fopen(path, "rb");
    const size_t length = open == NULL ? 0 : fread(file, 1, sizeof file, open);
    return open == NULL || fclose(open) != 0 ? 0 : length;
}

static void check(int32_t status) {
    if (status != 0) exit((fprintf(stderr, "%d %s\n", (int)status, (const char *)reply.data), 1));
}

/* Answers the request in a file, and prints the parts of the answer that stand at some JSON pointers. */
static void tell(const kapix_engine *engine, const char *operation, const char *path, const char *const *parts) {
    check(kapix_call(engine, operation, file, read_file(path), &reply));
    for (size_t size = 0; *parts != NULL; parts++) {
        const char *const value = kapix_find(&reply, *parts, &size);
        if (value != NULL) printf("%-14s %.*s\n", *parts + 1, (int)size, value);
    }
}

int main(int count, char **arguments) {
    kapix_engine *engine = NULL, *lender = NULL;
    kapix_buffer cards = {0}, policies = {0}, leaf = {0};
    if (count < 2 || kapix_expert_cards(&cards) != 0 || kapix_example_policies(&policies) != 0) return 2;
    const size_t own = count > 2 ? read_file(arguments[2]) : 0;
    check(kapix_engine_load(own ? file : cards.data, own ? own : cards.length, NULL, 0, &engine, &reply));
    tell(engine, "credit.score", arguments[1], (const char *const[]){"/points", "/risk_band", "/decision", "/pd", "/explanation/favourable_reasons/0/text", NULL});

    size_t size = 0;
    char audit_id[64];
    const char *const id = kapix_find(&reply, "/audit_id", &size); /* in quotes */
    snprintf(audit_id, sizeof audit_id, "%.*s", (int)size - 2, id + 1);
    kapix_buffer_free(&reply);
    check(kapix_record(engine, audit_id, &reply));
    check(kapix_record_verify(reply.data, reply.length, &leaf));
    printf("on record      %zu bytes, whose HMACs are those of the leaf\n", reply.length);
    kapix_buffer_free(&reply);

    /* Cards and policies in one text: a line of three hyphens stands between documents. */
    const int length = snprintf((char *)file, sizeof file, "%s\n---\n%s", (const char *)cards.data, (const char *)policies.data);
    check(kapix_engine_load(file, (size_t)length, NULL, 0, &lender, &reply));
    if (count > 3) tell(lender, "policy.run", arguments[3], (const char *const[]){"/outcome", "/reasons", "/matched_rules", "/counter_offer", NULL});
    for (int i = 0; i < 4; i++) kapix_buffer_free((kapix_buffer *[]){&reply, &leaf, &cards, &policies}[i]);
    kapix_engine_close(engine);
    kapix_engine_close(lender);
}
