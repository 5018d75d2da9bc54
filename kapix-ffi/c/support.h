/* What the test programs share: checks that name their place, files, and calls with C strings. */
#ifndef KAPIX_TEST_SUPPORT_H
#define KAPIX_TEST_SUPPORT_H

#include <kapix.h>

#ifdef __cplusplus
#define KAPIX_ZERO                                                                                                 \
    {}
#else
#define KAPIX_ZERO                                                                                                 \
    { 0 }
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                       \
    do {                                                                                                       \
        if (!(condition)) {                                                                                    \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                          \
            exit(1);                                                                                           \
        }                                                                                                      \
    } while (0)

/* Checks that a reply is an error of this cause, and frees it. */
#define CHECK_CAUSE(status, expected_status, reply, cause)                                                     \
    do {                                                                                                       \
        const int32_t status_ = (status);                                                                      \
        if (status_ != (expected_status) || !holds(&(reply), "\"cause\":\"" cause "\"")) {                     \
            fprintf(stderr, "%s:%d: expected %d " cause ", got %d %s\n", __FILE__, __LINE__,                   \
                    (int)(expected_status), (int)status_, text(&(reply)));                                     \
            exit(1);                                                                                           \
        }                                                                                                      \
        kapix_buffer_free(&(reply));                                                                           \
    } while (0)

static inline const char *text(const kapix_buffer *buffer) {
    return buffer->data == NULL ? "" : (const char *)buffer->data;
}

static inline int holds(const kapix_buffer *buffer, const char *part) { return strstr(text(buffer), part) != NULL; }

/* Reads a whole file and ends it with NUL; the caller frees it. */
static inline char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(1);
    }
    CHECK(fseek(file, 0, SEEK_END) == 0);
    const long end = ftell(file);
    CHECK(end >= 0);
    rewind(file);
    char *bytes = (char *)malloc((size_t)end + 1);
    CHECK(bytes != NULL);
    *length = fread(bytes, 1, (size_t)end, file);
    CHECK(*length == (size_t)end);
    bytes[*length] = '\0';
    fclose(file);
    return bytes;
}

static inline int32_t call(const kapix_engine *engine, const char *operation, const char *request,
                           kapix_buffer *reply) {
    return kapix_call(engine, operation, (const uint8_t *)request, strlen(request), reply);
}

/* Loads artefacts and options from C strings; both must load. */
static inline kapix_engine *load(const char *artefacts, const char *options) {
    kapix_engine *engine = NULL;
    kapix_buffer error = KAPIX_ZERO;
    const int32_t status = kapix_engine_load((const uint8_t *)artefacts, strlen(artefacts),
                                             (const uint8_t *)options, strlen(options), &engine, &error);
    if (status != 0) {
        fprintf(stderr, "load: %d %s\n", (int)status, text(&error));
        exit(1);
    }
    CHECK(error.data == NULL && error.length == 0);
    return engine;
}

#endif
