/* Every function of the header, assigned to a pointer of its documented type: a declaration that drifts does not
 * compile, a symbol that is gone does not link. */
#ifndef KAPIX_TEST_TYPED_H
#define KAPIX_TEST_TYPED_H

#include <kapix.h>

static const char *(*volatile typed_version)(void) = kapix_version;
static uint32_t (*volatile typed_abi_version)(void) = kapix_abi_version;
static int32_t (*volatile typed_engine_load)(const uint8_t *, size_t, const uint8_t *, size_t, kapix_engine **,
                                          kapix_buffer *) = kapix_engine_load;
static void (*volatile typed_engine_close)(kapix_engine *) = kapix_engine_close;
static int32_t (*volatile typed_call)(const kapix_engine *, const char *, const uint8_t *, size_t,
                                   kapix_buffer *) = kapix_call;
static int32_t (*volatile typed_call_with)(const kapix_engine *, const char *, const uint8_t *, size_t,
                                        const kapix_control *, kapix_columns *, kapix_buffer *) = kapix_call_with;
static int32_t (*volatile typed_record)(const kapix_engine *, const char *, kapix_buffer *) = kapix_record;
static int32_t (*volatile typed_record_verify)(const uint8_t *, size_t, kapix_buffer *) = kapix_record_verify;
static int32_t (*volatile typed_record_document)(const uint8_t *, size_t, const char *, kapix_buffer *) = kapix_record_document;
static void (*volatile typed_buffer_free)(kapix_buffer *) = kapix_buffer_free;
static int32_t (*volatile typed_expert_cards)(kapix_buffer *) = kapix_expert_cards;
static int32_t (*volatile typed_example_policies)(kapix_buffer *) = kapix_example_policies;

static inline int all_are_linked(void) {
    return typed_version != NULL && typed_abi_version != NULL && typed_engine_load != NULL &&
           typed_engine_close != NULL && typed_call != NULL && typed_call_with != NULL &&
           typed_record != NULL && typed_record_verify != NULL && typed_record_document != NULL && typed_buffer_free != NULL &&
           typed_expert_cards != NULL && typed_example_policies != NULL;
}

#endif
