# The runtime's own tests: units as host programs under sanitizers, the WASI calls (tests/wasi), executables
# made by hand. `make test` prints each failure and last the totals.

# clang-22 of Debian comes without the sanitizers' libraries; Swift's clang has them.
SANITIZE_CC ?= $(firstword $(wildcard $(dir $(realpath $(shell command -v swift)))clang) clang)
TESTS := $(OUT)/tests
SANITIZE := -fsanitize=address,undefined -fno-sanitize=function -fno-sanitize-recover=undefined
TEST_CFLAGS := -std=c11 -D_GNU_SOURCE -g -O1 $(SANITIZE) -Wall -Wextra -Werror -Wno-infinite-recursion -Wno-unknown-warning-option
TEST_LINK := -fuse-ld=lld

UNIT_TESTS := unit_mem unit_text unit_decimal unit_policy unit_processor unit_instance unit_dns unit_packed unit_vdso \
  unit_walk
unit_text_SOURCES := src/text.c
unit_decimal_SOURCES := src/decimal.c
unit_policy_SOURCES := src/policy.c src/policy_values.c src/policy_address.c src/policy_destination.c src/alloc.c src/text.c
unit_processor_SOURCES := src/text.c
unit_dns_SOURCES := src/wasi/dns_message.c
unit_packed_SOURCES := src/packed.c
unit_walk_SOURCES := src/walk.c src/packed.c
unit_vdso_SOURCES := src/vdso.c src/text.c
unit_instance_SOURCES := src/instance.c src/link.c src/link_within.c src/memory.c src/place.c src/table.c src/bulk.c src/types.c src/alloc.c src/text.c \
  src/stack.c src/call.c src/exit.c src/sys/$(ARCH)/stack.S
unit_instance_OBJECTS := $(TESTS)/trap.o
unit_mem_OBJECTS := $(TESTS)/own_mem.o $(TESTS)/own_round.o

# The names of libc, prefixed, so that both can be called side by side.
OWN_NAMES := $(foreach name,memcpy memmove memset memcmp \
  $(foreach name,floor ceil trunc rint nearbyint roundeven,$(name) $(name)f),-D$(name)=own_$(name))

HEADERS := $(wildcard $(ROOT)/abi/* $(ROOT)/src/*.h $(ROOT)/src/sys/*.h $(ROOT)/src/sys/*/*.h $(ROOT)/src/wasi/*.h $(ROOT)/tests/*.h)

$(TESTS)/own_%.o: $(ROOT)/src/%.c $(HEADERS)
	@mkdir -p $(@D)
	$(SANITIZE_CC) $(TEST_CFLAGS) -fno-builtin $(OWN_NAMES) -c $< -o $@

# It leaves stacks in ways that AddressSanitizer does not expect.
$(TESTS)/trap.o: $(ROOT)/src/trap.c $(HEADERS)
	@mkdir -p $(@D)
	$(SANITIZE_CC) $(TEST_CFLAGS) -fno-sanitize=address -c $< -o $@

.SECONDEXPANSION:
$(UNIT_TESTS:%=$(TESTS)/%): $(TESTS)/%: $(ROOT)/tests/%.c $$(addprefix $(ROOT)/,$$($$*_SOURCES)) \
  $$($$*_OBJECTS) $(HEADERS)
	@mkdir -p $(@D)
	$(SANITIZE_CC) $(TEST_CFLAGS) $(TEST_LINK) $< $(addprefix $(ROOT)/,$($*_SOURCES)) $($*_OBJECTS) -lm -o $@

# The WASI calls' tests are two more programs; tests/wasi/wasi.mk says how they are built.
test: $(LIBRARY) $(UNIT_TESTS:%=$(TESTS)/%) $$(WASI_TEST_BUILD)/wasi-tests $$(WASI_TEST_BUILD)/wasi-tests-hardened
	@CC='$(CC)' LD='$(call find_tool,ld.lld-22 ld.lld)' LIBRARY=$(LIBRARY) TESTS=$(TESTS) \
	  $(ROOT)/tests/run.sh $(UNIT_TESTS:%=$(TESTS)/%) $(WASI_TEST_BUILD)/wasi-tests \
	  $(WASI_TEST_BUILD)/wasi-tests-hardened
