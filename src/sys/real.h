/* SPDX-License-Identifier: MIT */
#ifndef SYS_REAL_H
#define SYS_REAL_H

#include "sys/sys.h"

/* The kernel's own calls. The table is shared and lives for ever. */
struct sys *sys_real(void);

#endif
