/* The loan story in C: a request of credit.score in; points, decision, reasons and the proved record out.
 *
 *     story REQUEST.json [CARD.json]
 *
 * The card of the other languages' stories is examples/developed_card.json; without a card the expert cards score.
 */
#include "hmac.h"
#include "support.h"
#include "typed.h"

/* Returns what stands behind a member of the outermost object, or NULL. */
static const char *member(const char *json, const char *name) {
    const size_t length = strlen(name);
    int depth = 0, quoted = 0;
    for (; *json != '\0'; json++) {
        if (quoted) {
            json += *json == '\\';
            quoted = *json != '"';
        } else if (*json == '"') {
            if (depth == 1 && strncmp(json + 1, name, length) == 0 && strncmp(json + 1 + length, "\":", 2) == 0) {
                return json + length + 3;
            }
            quoted = 1;
        } else {
            depth += strchr("[{", *json) != NULL;
            depth -= strchr("]}", *json) != NULL;
        }
    }
    return NULL;
}

/* Prints a member of the outermost object if it is no array and no object. */
static void print_member(const kapix_buffer *reply, const char *name) {
    const char *value = member(text(reply), name);
    CHECK(value != NULL);
    printf("%-14s %.*s\n", name, (int)strcspn(value, ",}"), value);
}

/* Proves that the HMAC of a part of a record is the one that its leaf was sealed with. */
static void prove(const char *record, const char *part, const char *next, const char *seal) {
    const char *start = member(record, part), *leaf = member(record, "leaf"), *digits = member(record, "salt");
    CHECK(start != NULL && leaf != NULL && digits != NULL);
    uint8_t salt[16];
    for (size_t i = 0; i < sizeof salt; i++) {
        const char byte[3] = {digits[1 + 2 * i], digits[2 + 2 * i], '\0'};
        salt[i] = (uint8_t)strtoul(byte, NULL, 16);
    }
    /* The part ends where `,"next":` begins. */
    const char *end = member(record, next) - strlen(next) - strlen(",\"\":");
    char hex[HMAC_HEX];
    hmac_sha256(salt, sizeof salt, start, (size_t)(end - start), hex);
    CHECK(strncmp(member(leaf, seal) + 1, hex, strlen(hex)) == 0);
}

int main(int count, char **arguments) {
    if (count != 2 && count != 3) {
        fprintf(stderr, "usage: story REQUEST.json [CARD.json]\n");
        return 2;
    }
    CHECK(all_are_linked());
    CHECK(strcmp(kapix_version(), KAPIX_VERSION) == 0);
    CHECK(kapix_abi_version() == KAPIX_ABI_VERSION);

    size_t length = 0;
    kapix_engine *engine = NULL;
    if (count == 3) {
        char *card = read_file(arguments[2], &length);
        engine = load(card, "");
        free(card);
    } else {
        kapix_buffer cards = {0};
        CHECK(kapix_expert_cards(&cards) == 0);
        engine = load(text(&cards), "");
        kapix_buffer_free(&cards);
    }

    char *request = read_file(arguments[1], &length);
    kapix_buffer reply = {0};
    const int32_t status = kapix_call(engine, "credit.score", (const uint8_t *)request, length, &reply);
    free(request);
    if (status != 0) {
        fprintf(stderr, "credit.score: %d %s\n", (int)status, text(&reply));
        return 1;
    }
    const char *const shown[] = {"points", "risk_band", "decision", "pd", "score", "audit_id", "recorded_at"};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        print_member(&reply, shown[i]);
    }
    const char *explanation = member(text(&reply), "explanation");
    CHECK(explanation != NULL);
    const char *reasons = member(explanation, "favourable_reasons");
    const char *reason = reasons == NULL ? NULL : strstr(reasons, "\"text\":");
    CHECK(reason != NULL);
    printf("because        %.*s\n", (int)strcspn(reason + 7, "}"), reason + 7);
    const char *id = member(text(&reply), "audit_id");
    char audit_id[64];
    snprintf(audit_id, sizeof audit_id, "%.*s", (int)strcspn(id + 1, "\""), id + 1);
    kapix_buffer_free(&reply);

    CHECK(kapix_record(engine, audit_id, &reply) == 0);
    prove(text(&reply), "request", "response", "request_hmac");
    prove(text(&reply), "response", "salt", "response_hmac");
    printf("on record      %zu bytes, whose HMACs are those of the leaf\n", reply.length);
    /* The library proves the same. */
    kapix_buffer leaf = {0};
    CHECK(kapix_record_verify(reply.data, reply.length, &leaf) == 0);
    kapix_buffer_free(&leaf);
    kapix_buffer_free(&reply);
    kapix_engine_close(engine);
    return 0;
}
