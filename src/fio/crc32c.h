/* SPDX-License-Identifier: MIT */
#ifndef FIO_CRC32C_H
#define FIO_CRC32C_H

#include <stdint.h>

#include "base/str.h"

/*
 * CRC-32C (Castagnoli), as RFC 3720 appendix B.4 has it: for noticing that
 * bytes of a short record were damaged. It finds every change within 32
 * consecutive bits.
 */
uint32_t fio_crc32c(struct str bytes);

#endif
