/* Answers every call of a folder that vectors.py wrote, so that C needs no parser of JSON.
 *
 *     vectors FOLDER
 *
 * FOLDER/list holds an operation a line; the files of line N are N.artefacts, N.options and N.request, and its
 * answer, or the error of the load, goes to N.reply.
 */
#include "support.h"

#define PATH_BYTES 4096

static const char *place(const char *folder, int number, const char *kind) {
    static char path[PATH_BYTES];
    CHECK(snprintf(path, sizeof path, "%s/%d.%s", folder, number, kind) < PATH_BYTES);
    return path;
}

static void answer(const char *folder, int number, const char *operation) {
    size_t artefacts_length = 0, options_length = 0, request_length = 0;
    char *artefacts = read_file(place(folder, number, "artefacts"), &artefacts_length);
    char *options = read_file(place(folder, number, "options"), &options_length);
    char *request = read_file(place(folder, number, "request"), &request_length);
    kapix_engine *engine = NULL;
    kapix_buffer reply = KAPIX_ZERO;
    if (kapix_engine_load((const uint8_t *)artefacts, artefacts_length, (const uint8_t *)options, options_length,
                          &engine, &reply) == 0) {
        const int32_t status = kapix_call(engine, operation, (const uint8_t *)request, request_length, &reply);
        CHECK((status == 0) == (strncmp(text(&reply), "{\"error\":", 9) != 0));
    }
    FILE *file = fopen(place(folder, number, "reply"), "wb");
    CHECK(file != NULL && fwrite(reply.data, 1, reply.length, file) == reply.length && fclose(file) == 0);
    kapix_buffer_free(&reply);
    kapix_engine_close(engine);
    free(artefacts);
    free(options);
    free(request);
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    char list[PATH_BYTES], operation[128];
    CHECK(snprintf(list, sizeof list, "%s/list", arguments[1]) < PATH_BYTES);
    FILE *file = fopen(list, "r");
    CHECK(file != NULL);
    int number = 0;
    while (fgets(operation, sizeof operation, file) != NULL) {
        operation[strcspn(operation, "\n")] = '\0';
        answer(arguments[1], number, operation);
        number++;
    }
    fclose(file);
    printf("%d vectors answered\n", number);
    return number > 0 ? 0 : 1;
}
