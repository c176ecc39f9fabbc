/* Times DPDK's rte_acl over a rule table and a trace that netwatch wrote, one pass at a time.
 *
 *     driver RULES TRACE ROWS SIZE [EAL option ...]
 *
 * RULES holds records of struct rule, TRACE records of struct flow (both below; rules in host order, flows as they
 * stand in a packet). SIZE is how many bytes the tables may take at run time: rte_acl splits the rules into fewer tries
 * where it may take more; 0 leaves it to rte_acl. The driver builds the context, prints rte_acl's own words on it, in
 * which is the number of tries, then "ready BUILD_SECONDS TABLE_BYTES", and obeys standard input line by line:
 *
 *     pass ALGORITHM CHUNK   classify the whole trace, CHUNK flows a call; prints "took SECONDS", or "unsupported CODE"
 *                            where this processor lacks the algorithm (scalar, sse, avx2, avx512x16, avx512x32)
 *     dump                   write the last pass's row of each flow to ROWS (int32, -1 for none); prints "dumped COUNT"
 *
 * Seconds are those of the processor, as on a machine of its own. A pass is what rte_acl is given at best: the packets and the pointers to them stand ready, results are 4 bytes.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_acl.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_malloc.h>

struct rule { /* 20 bytes: prefixes as value and length, ports as inclusive ranges, protocol under a mask */
	uint32_t src, dst;
	uint8_t src_length, dst_length, protocol, protocol_mask;
	uint16_t sport_low, sport_high, dport_low, dport_high;
};

struct flow { /* 16 bytes, network order */
	uint8_t protocol, padding[3];
	uint32_t src, dst;
	uint16_t sport, dport;
};

enum { PROTOCOL, SRC, DST, SPORT, DPORT, FIELDS };

/* The first field is one byte and the others come in groups of four, as rte_acl demands: the ports share a group. */
static const struct rte_acl_field_def fields[FIELDS] = {
	{RTE_ACL_FIELD_TYPE_BITMASK, 1, PROTOCOL, 0, offsetof(struct flow, protocol)},
	{RTE_ACL_FIELD_TYPE_MASK, 4, SRC, 1, offsetof(struct flow, src)},
	{RTE_ACL_FIELD_TYPE_MASK, 4, DST, 2, offsetof(struct flow, dst)},
	{RTE_ACL_FIELD_TYPE_RANGE, 2, SPORT, 3, offsetof(struct flow, sport)},
	{RTE_ACL_FIELD_TYPE_RANGE, 2, DPORT, 3, offsetof(struct flow, dport)},
};

RTE_ACL_RULE_DEF(acl_rule, FIELDS);

static const struct {
	const char *name;
	enum rte_acl_classify_alg value;
} algorithms[] = {
	{"scalar", RTE_ACL_CLASSIFY_SCALAR},
	{"sse", RTE_ACL_CLASSIFY_SSE},
	{"avx2", RTE_ACL_CLASSIFY_AVX2},
	{"avx512x16", RTE_ACL_CLASSIFY_AVX512X16},
	{"avx512x32", RTE_ACL_CLASSIFY_AVX512X32},
};

static void fail(const char *what, int code)
{
	fprintf(stderr, "rte_acl driver: %s (%d)\n", what, code);
	exit(1);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* not the time in which others had the processor */
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void *records(const char *path, size_t size, uint32_t *count)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL || fseek(file, 0, SEEK_END) != 0)
		fail(path, 0);
	size_t bytes = ftell(file);
	void *data = malloc(bytes + 1);
	rewind(file);
	if (data == NULL || fread(data, 1, bytes, file) != bytes || bytes % size != 0)
		fail(path, (int)bytes);
	fclose(file);
	*count = bytes / size;
	return data;
}

static size_t allocated(void)
{
	struct rte_malloc_socket_stats stats;
	return rte_malloc_get_socket_stats(0, &stats) == 0 ? stats.heap_allocsz_bytes : 0;
}

static struct acl_rule acl_rule(const struct rule *rule, uint32_t index, uint32_t count)
{
	struct acl_rule out = {0};
	out.data.category_mask = 1;
	out.data.priority = count - index; /* the first row wins, and the highest priority */
	out.data.userdata = index + 1;     /* 0 is rte_acl's word for no match */
	out.field[PROTOCOL].value.u8 = rule->protocol;
	out.field[PROTOCOL].mask_range.u8 = rule->protocol_mask;
	out.field[SRC].value.u32 = rule->src;
	out.field[SRC].mask_range.u32 = rule->src_length;
	out.field[DST].value.u32 = rule->dst;
	out.field[DST].mask_range.u32 = rule->dst_length;
	out.field[SPORT].value.u16 = rule->sport_low;
	out.field[SPORT].mask_range.u16 = rule->sport_high;
	out.field[DPORT].value.u16 = rule->dport_low;
	out.field[DPORT].mask_range.u16 = rule->dport_high;
	return out;
}

static struct rte_acl_ctx *context(const struct rule *rules, uint32_t count, size_t size)
{
	struct rte_acl_param param = {
		.name = "bench", .socket_id = 0, .rule_size = RTE_ACL_RULE_SZ(FIELDS), .max_rule_num = count};
	struct rte_acl_config config = {.num_categories = 1, .num_fields = FIELDS, .max_size = size};
	struct rte_acl_ctx *ctx = rte_acl_create(&param);
	if (ctx == NULL)
		fail("rte_acl_create", rte_errno);
	for (uint32_t i = 0; i < count; i++) {
		struct acl_rule rule = acl_rule(&rules[i], i, count);
		int code = rte_acl_add_rules(ctx, (const struct rte_acl_rule *)&rule, 1);
		if (code != 0)
			fail("rte_acl_add_rules", code);
	}
	memcpy(config.defs, fields, sizeof(fields));
	int code = rte_acl_build(ctx, &config);
	if (code != 0)
		fail("rte_acl_build", code);
	return ctx;
}

static int pass(struct rte_acl_ctx *ctx, const uint8_t **packets, uint32_t *rows, uint32_t count, uint32_t chunk,
		enum rte_acl_classify_alg algorithm)
{
	for (uint32_t done = 0; done < count; done += chunk) {
		uint32_t size = count - done < chunk ? count - done : chunk;
		int code = rte_acl_classify_alg(ctx, packets + done, rows + done, size, 1, algorithm);
		if (code != 0)
			return code;
	}
	return 0;
}

static void timed_pass(struct rte_acl_ctx *ctx, const uint8_t **packets, uint32_t *rows, uint32_t count,
		       const char *name, uint32_t chunk)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++) {
		if (strcmp(name, algorithms[i].name) != 0)
			continue;
		double start = now();
		int code = pass(ctx, packets, rows, count, chunk, algorithms[i].value);
		if (code == 0)
			printf("took %.9f\n", now() - start);
		else
			printf("unsupported %d\n", code);
		return;
	}
	fail(name, 0);
}

static void dump(const char *path, const uint32_t *rows, uint32_t count)
{
	FILE *file = fopen(path, "wb");
	if (file == NULL)
		fail(path, 0);
	for (uint32_t i = 0; i < count; i++) {
		int32_t row = (int32_t)rows[i] - 1;
		if (fwrite(&row, sizeof(row), 1, file) != 1)
			fail(path, 0);
	}
	fclose(file);
	printf("dumped %" PRIu32 "\n", count);
}

int main(int argc, char **argv)
{
	if (argc < 5)
		fail("expected RULES TRACE ROWS SIZE [EAL option ...]", argc);
	const char *rules_path = argv[1], *trace_path = argv[2], *rows_path = argv[3];
	size_t table_size = strtoull(argv[4], NULL, 10);
	argv[4] = argv[0];
	int code = rte_eal_init(argc - 4, argv + 4);
	if (code < 0)
		fail("rte_eal_init", rte_errno);

	uint32_t rule_count, count;
	struct rule *rules = records(rules_path, sizeof(struct rule), &rule_count);
	struct flow *flows = records(trace_path, sizeof(struct flow), &count);
	const uint8_t **packets = malloc(sizeof(*packets) * count);
	uint32_t *rows = calloc(count, sizeof(*rows));
	if (packets == NULL || rows == NULL)
		fail("out of memory", 0);
	for (uint32_t i = 0; i < count; i++)
		packets[i] = (const uint8_t *)&flows[i];

	size_t before = allocated();
	double start = now();
	struct rte_acl_ctx *ctx = context(rules, rule_count, table_size);
	double took = now() - start;
	rte_acl_dump(ctx);
	printf("ready %.6f %zu\n", took, allocated() - before);
	fflush(stdout);

	char line[128], name[32];
	uint32_t chunk;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (sscanf(line, "pass %31s %" SCNu32, name, &chunk) == 2 && chunk > 0)
			timed_pass(ctx, packets, rows, count, name, chunk);
		else if (strncmp(line, "dump", 4) == 0)
			dump(rows_path, rows, count);
		else
			fail(line, 0);
		fflush(stdout);
	}
	return 0;
}
