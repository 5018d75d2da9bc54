/* The loan story in C: a request of credit.score in, points, decision and reasons out.
 *
 *     story REQUEST.json
 */
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

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: story REQUEST.json\n");
        return 2;
    }
    CHECK(all_are_linked());
    CHECK(strcmp(kapix_version(), KAPIX_VERSION) == 0);
    CHECK(kapix_abi_version() == KAPIX_ABI_VERSION);

    kapix_buffer cards = {0};
    CHECK(kapix_expert_cards(&cards) == 0);
    kapix_engine *engine = load(text(&cards), "");
    kapix_buffer_free(&cards);

    size_t length = 0;
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
    kapix_buffer_free(&reply);
    kapix_engine_close(engine);
    return 0;
}
