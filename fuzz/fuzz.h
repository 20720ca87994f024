/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/*
 * What each target in this folder defines: take any bytes, return 0. The same
 * function is driven by libFuzzer and, over the committed corpus, by replay.c
 * in every test run. It has found something when it crashes.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* flags.c, the same for all: libFuzzer calls it first. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

#endif
