/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TORTURE_RUN_H
#define TESTS_TORTURE_RUN_H

/*
 * Runs `weir -C PROJECT WORDS…`, the program that WEIR names, at most eight
 * words up to a NULL; what it prints is in the file `out`. Its exit status, or
 * -1 when it could not be started or was killed.
 */
int run_weir(const char *project, const char *out, const char *const *words);

#endif
