/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <jansson.h>

#include "agent/prompt-priv.h"

static void
add_json_text(struct buf *b, struct str s)
{
	json_t *text = json_stringn(s.s, s.n);
	char *quoted = json_dumps(text, JSON_ENCODE_ANY);

	/* What is not UTF-8 cannot be written, nor reported back. */
	buf_add_c(b, quoted != NULL ? quoted : "\"\"");
	free(quoted);
	json_decref(text);
}

static const char rest_of_json[] =
	"  \"result\": \"phase_complete\",\n"
	"  \"summary\": \"What was done, and what came of it.\",\n"
	"  \"context\": null,\n"
	"  \"blocked_type\": null,\n"
	"  \"updated_assessments\": { \"size\": null, \"complexity\": null, "
	"\"risk\": null, \"impact\": null },\n"
	"  \"requires_human_review\": null,\n"
	"  \"follow_ups\": [],\n"
	"  \"based_on_commit\": null,\n"
	"  \"commit_summary\": null";

static const char triage_json[] = ",\n"
				  "  \"pipeline_type\": null,\n"
				  "  \"duplicates\": [],\n"
				  "  \"description\": {\n"
				  "    \"context\": null,\n"
				  "    \"problem\": null,\n"
				  "    \"solution\": null,\n"
				  "    \"impact\": null,\n"
				  "    \"sizing_rationale\": null\n"
				  "  }";

static void
add_json(struct buf *b, const struct prompt_input *in)
{
	buf_add_c(b, "```json\n{\n  \"item_id\": ");
	add_json_text(b, in->item->id);
	buf_add_c(b, ",\n  \"phase\": ");
	add_json_text(b, in->phase->name);
	buf_add_c(b, ",\n  \"run_id\": ");
	add_json_text(b, in->run_id);
	buf_add_c(b, ",\n");
	buf_add_c(b, rest_of_json);
	if (in->pipeline == NULL)
		buf_add_c(b, triage_json);
	buf_add_c(b, "\n}\n```\n\n");
}

static const char codes[] =
	"`result` is one of:\n"
	"\n"
	"- `phase_complete`: everything this phase asks for is done.\n";

static const char subphase_code[] =
	"- `subphase_complete`: a part that stands on its own is done and more "
	"of this same\n"
	"  phase remains; it runs again, with your summary. Only where the "
	"workflow divides\n"
	"  the phase into parts.\n";

static const char other_codes[] =
	"- `failed`: you tried and could not do it. It is tried again while "
	"attempts are left.\n"
	"- `blocked`: only a person can get this further, or the work turns "
	"out not to be\n"
	"  needed (done already, obsolete). Say which in `context`.\n"
	"\n";

static const char fields[] =
	"The other fields; `null` says nothing:\n"
	"\n"
	"- `summary`: required, one to five sentences. The next phase reads "
	"it.\n"
	"- `context`: for `failed` what you tried and what went wrong; for "
	"`blocked` the\n"
	"  question a person must answer, the choices, and what you "
	"recommend.\n"
	"- `blocked_type`: with `blocked`, `clarification` when a question "
	"must be answered,\n"
	"  `decision` when something must be chosen or allowed.\n"
	"- `updated_assessments`: what you now know better. `size` is `small`, "
	"`medium` or\n"
	"  `large`; the others are `low`, `medium` or `high`.\n"
	"- `requires_human_review`: `true` when a person should look at this "
	"item before it\n"
	"  goes on.\n"
	"- `follow_ups`: work you found that is not part of this item, each "
	"`{ \"title\": …,\n"
	"  \"context\": …, \"size\": …, \"risk\": … }`; only `title` is "
	"required. Few and concrete, and\n"
	"  nothing that is in the backlog already.\n"
	"- `based_on_commit`: the commit your work or findings rest on, where "
	"that matters.\n"
	"- `commit_summary`: a commit subject of less than 72 characters for "
	"what you changed.\n";

static const char triage_fields[] =
	"- `pipeline_type`, `duplicates`, `description`: as described above.\n";

void
prompt_add_report(struct buf *b, const struct prompt_input *in)
{
	buf_add_c(b,
		"## Report\n\nWhen you have finished, or cannot get "
		"further, write one JSON object to this file:\n\n");
	prompt_add_code(b, in->result_path);
	buf_add_c(b,
		"\n\nIt is all that weir reads: what you print and your exit "
		"code do not count, and without a\nvalid result file the "
		"phase has failed. Strict JSON in UTF-8: no comments, no "
		"trailing\ncommas, nothing before or after the object. Write "
		"it under another name beside it and\nrename it, so that it "
		"is whole or not there. Start from this and keep `item_id`, "
		"`phase`\nand `run_id` as they are:\n\n");
	add_json(b, in);
	buf_add_c(b, codes);
	if (in->pipeline != NULL)
		buf_add_c(b, subphase_code);
	buf_add_c(b, other_codes);
	buf_add_c(b, fields);
	if (in->pipeline == NULL)
		buf_add_c(b, triage_fields);
	buf_add_c(b, "\n");
}
