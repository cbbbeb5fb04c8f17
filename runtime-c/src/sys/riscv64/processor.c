/* The features of RISC-V, as the kernel knows them. Linux before 6.4 does not tell; then there are none. */
#include "../processor.h"

#include <stddef.h>

#include "../sys.h"

enum { FEATURES_IMA_EXTENSIONS };
enum { SYS_RISCV_HWPROBE = 258, KEY_IMA_EXTENSIONS = 4 };

const swasm_processor_feature swasm_processor_features[] = {
#define SWASM_FEATURE_RISCV64(name, word, bits, state) {name, bits, word, state},
#include "../../../abi/processor.def"
    {NULL, 0, 0, 0}};

swasm_processor_facts swasm_processor_read(const swasm_initial *initial)
{
    (void)initial;
    swasm_processor_facts facts = {{0}, 0};
    struct {
        int64_t key;
        uint64_t value;
    } pair = {KEY_IMA_EXTENSIONS, 0};
    long status = swasm_setup_syscall5(SYS_RISCV_HWPROBE, (long)&pair, 1, 0, 0, 0);
    /* The kernel sets the key of a pair that it does not know to -1. */
    if (status == 0 && pair.key == KEY_IMA_EXTENSIONS) facts.words[FEATURES_IMA_EXTENSIONS] = pair.value;
    return facts;
}
