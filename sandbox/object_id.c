/* object_id.c - see object_id.h. */
#include "config.h"

#include "sandbox/object_id.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SEQ_MASK UINT64_C(0xFFFFFFFFFF) /* 40 bits */

/* Where the ids of a database have the machine and the process. */
static const uint32_t makers[] = {
	[OBJECT_PROJECT] = 0x7e0a11,
	[OBJECT_BATCH] = 0x7e0b22,
	[OBJECT_TEMPLATE] = 0x7e0c33,
};

void
object_id(enum object_kind kind, int64_t created_ms, int64_t seq, char out[OBJECT_ID_SIZE])
{
	snprintf(out, OBJECT_ID_SIZE, "%08" PRIx32 "%06" PRIx32 "%010" PRIx64,
		 (uint32_t)(created_ms / 1000), makers[kind], (uint64_t)seq & SEQ_MASK);
}

int64_t
object_seq(enum object_kind kind, const char *id)
{
	uint32_t maker;
	uint64_t seq;

	if (strlen(id) != OBJECT_ID_SIZE - 1 ||
	    strspn(id, "0123456789abcdef") != OBJECT_ID_SIZE - 1 ||
	    sscanf(id + 8, "%6" SCNx32 "%10" SCNx64, &maker, &seq) != 2 || maker != makers[kind])
		return 0;
	return (int64_t)seq;
}
