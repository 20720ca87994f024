/* SPDX-License-Identifier: MIT */
#include "base/names.h"
#include "weir/io.h"

static const char *const event_names[] = {
	[WIO_CREATED] = "created",
	[WIO_MODIFIED] = "modified",
	[WIO_REMOVED] = "removed",
	[WIO_RENAMED] = "renamed",
	[WIO_RESCAN] = "rescan",
	[WIO_WATCH_FAILED] = "watch_failed",
};
static const struct names events = NAMES(event_names, WIO_WATCH_FAILED + 1);

const char *
wio_event_name(enum wio_event_kind kind)
{
	return names_get(&events, (int)kind);
}
