/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Usage: replay_NAME CORPUS. One TAP line for the whole corpus; an empty one
 * fails, for it tries nothing. */

static void
replay(const char *dir, const char *name)
{
	char path[4096];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "re");
	if (f == NULL || fstat(fileno(f), &st) < 0)
		err(1, "%s", path);
	/* Of its own size, so that a sanitizer sees one byte too far. */
	size_t size = (size_t)st.st_size;
	uint8_t *data = malloc(size);
	if (data == NULL || fread(data, 1, size, f) != size)
		err(1, "%s", path);
	(void)fclose(f);
	(void)fprintf(stderr, "%s\n", path);
	(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
}

int
main(int argc, char **argv)
{
	struct dirent **entries;
	size_t inputs = 0;

	if (argc != 2)
		errx(2, "usage: %s CORPUS", argv[0]);
	int n = scandir(argv[1], &entries, NULL, alphasort);
	if (n < 0)
		err(1, "%s", argv[1]);
	(void)printf("1..1\n");
	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.') {
			replay(argv[1], entries[i]->d_name);
			inputs++;
		}
		free(entries[i]);
	}
	free(entries);
	(void)printf("%s 1 - %zu inputs of the corpus do no harm\n",
		inputs > 0 ? "ok" : "not ok", inputs);
	return inputs == 0;
}
