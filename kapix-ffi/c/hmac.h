/* HMAC-SHA256 (RFC 2104 over FIPS 180-4) for programs without a library of it: what proves a record. */
#ifndef KAPIX_TEST_HMAC_H
#define KAPIX_TEST_HMAC_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { SHA256_BLOCK = 64, SHA256_BYTES = 32, HMAC_HEX = 2 * SHA256_BYTES + 1 };

/* FIPS 180-4, 4.2.2: the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t SHA256_ROUNDS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

typedef struct sha256 {
    uint32_t state[8];
    uint8_t block[SHA256_BLOCK];
    uint64_t length;
} sha256;

/* FIPS 180-4, 5.3.3: the fractional parts of the square roots of the first 8 primes. */
static const sha256 SHA256_START = {{
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
}, {0}, 0};

static inline uint32_t sha256_turn(uint32_t word, int bits) { return word >> bits | word << (32 - bits); }

static inline void sha256_mix(sha256 *hash) {
    uint32_t words[64], v[8];
    for (size_t i = 0; i < 16; i++) {
        const uint8_t *at = hash->block + 4 * i;
        words[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    }
    for (size_t i = 16; i < 64; i++) {
        const uint32_t a = words[i - 15], b = words[i - 2];
        words[i] = words[i - 16] + (sha256_turn(a, 7) ^ sha256_turn(a, 18) ^ a >> 3) + words[i - 7] +
                   (sha256_turn(b, 17) ^ sha256_turn(b, 19) ^ b >> 10);
    }
    memcpy(v, hash->state, sizeof v);
    for (size_t i = 0; i < 64; i++) {
        const uint32_t one = v[7] + (sha256_turn(v[4], 6) ^ sha256_turn(v[4], 11) ^ sha256_turn(v[4], 25)) +
                             ((v[4] & v[5]) ^ (~v[4] & v[6])) + SHA256_ROUNDS[i] + words[i];
        const uint32_t two = (sha256_turn(v[0], 2) ^ sha256_turn(v[0], 13) ^ sha256_turn(v[0], 22)) +
                             ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += one;
        v[0] = one + two;
    }
    for (size_t i = 0; i < 8; i++) {
        hash->state[i] += v[i];
    }
}

static inline void sha256_add(sha256 *hash, const void *data, size_t length) {
    const uint8_t *bytes = (const uint8_t *)data;
    for (size_t i = 0; i < length; i++) {
        hash->block[hash->length++ % SHA256_BLOCK] = bytes[i];
        if (hash->length % SHA256_BLOCK == 0) sha256_mix(hash);
    }
}

static inline void sha256_end(sha256 *hash, uint8_t digest[SHA256_BYTES]) {
    const uint64_t bits = hash->length * 8;
    uint8_t last[8];
    for (size_t i = 0; i < 8; i++) {
        last[i] = (uint8_t)(bits >> (56 - 8 * i));
    }
    sha256_add(hash, "\x80", 1);
    while (hash->length % SHA256_BLOCK != SHA256_BLOCK - sizeof last) {
        sha256_add(hash, "", 1);
    }
    sha256_add(hash, last, sizeof last);
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
    }
}

/* Writes the HMAC of the bytes under a key of at most SHA256_BLOCK bytes, in hexadecimal. */
static inline void hmac_sha256(const uint8_t *key, size_t key_length, const void *data, size_t length,
                               char hex[HMAC_HEX]) {
    uint8_t pad[SHA256_BLOCK] = {0}, digest[SHA256_BYTES];
    sha256 inner = SHA256_START, outer = SHA256_START;
    memcpy(pad, key, key_length);
    for (size_t i = 0; i < sizeof pad; i++) pad[i] ^= 0x36;
    sha256_add(&inner, pad, sizeof pad);
    sha256_add(&inner, data, length);
    sha256_end(&inner, digest);
    for (size_t i = 0; i < sizeof pad; i++) pad[i] ^= 0x36 ^ 0x5c;
    sha256_add(&outer, pad, sizeof pad);
    sha256_add(&outer, digest, sizeof digest);
    sha256_end(&outer, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
}

#endif
