/* A program prints a message if it was compiled for a better processor than this machine has. */
#include "check.h"

#include "../src/processor.c"
#if defined(__x86_64__)
#include "../src/sys/x86_64/processor.c"
#elif defined(__aarch64__)
#include "../src/sys/aarch64/processor.c"
#elif defined(__riscv)
#include "../src/sys/riscv64/processor.c"
#endif

/* What a processor with all features but one says. */
static swasm_processor_facts all_but(size_t missing)
{
    swasm_processor_facts facts = {{0}, UINT32_MAX};
    for (size_t i = 0; swasm_processor_features[i].name; i++)
        if (i != missing) facts.words[swasm_processor_features[i].word] |= swasm_processor_features[i].bits;
    return facts;
}

static void each_missing_feature_is_named(void)
{
    size_t count = 0;
    while (swasm_processor_features[count].name) count++;
    CHECK(count > 0 && count <= 64);
    for (size_t i = 0; i < count; i++) {
        swasm_processor_facts facts = all_but(i);
        const char *refusal = swasm_processor_refusal_by(&facts, UINT64_MAX);
        CHECK(refusal && !strcmp(refusal + strlen(refusal) - strlen(swasm_processor_features[i].name), swasm_processor_features[i].name));
        CHECK(!strchr(refusal, ','));
        CHECK(!swasm_processor_refusal_by(&facts, ~(1ull << i)));
        CHECK(!swasm_processor_refusal_by(&facts, 0));
    }
}

static void all_missing_features_fit(void)
{
    swasm_processor_facts none = {{0}, 0};
    const char *refusal = swasm_processor_refusal_by(&none, UINT64_MAX);
    for (size_t i = 0; swasm_processor_features[i].name; i++) CHECK(strstr(refusal, swasm_processor_features[i].name));
}

/* Registers that the kernel does not save are as good as none. */
static void state_that_is_not_saved_counts(void)
{
    swasm_processor_facts facts = all_but(SIZE_MAX);
    facts.state = 0;
    for (size_t i = 0; swasm_processor_features[i].name; i++) {
        bool is_refused = swasm_processor_refusal_by(&facts, 1ull << i) != NULL;
        CHECK(is_refused == (swasm_processor_features[i].state != 0));
    }
}

int main(void)
{
    RUN(each_missing_feature_is_named);
    RUN(all_missing_features_fit);
    RUN(state_that_is_not_saved_counts);
    return finish();
}
