# Tests of the WASI calls, in two programs. wasi-tests has the runtime's sources, as a host program with
# AddressSanitizer and UBSan, without hardening. wasi-tests-hardened has the objects of the archive, and makes each call
# on a thread that the archive's own harden.c has hardened for the grants. In both, the wrappers of calls.awk are
# between tests and calls.
# Included by runtime-c/Makefile.
WASI_TEST_DIR := $(dir $(lastword $(MAKEFILE_LIST)))
WASI_TEST_OWN := $(wildcard $(WASI_TEST_DIR)*.c)
WASI_TEST_RUNTIME := $(wildcard $(ROOT)/src/wasi/*.c) $(ROOT)/src/alloc.c $(ROOT)/src/exit.c $(ROOT)/src/host_path.c $(ROOT)/src/policy_address.c $(ROOT)/src/policy_destination.c $(ROOT)/src/text.c $(ROOT)/src/vdso.c
WASI_TEST_DEFINITIONS := $(ROOT)/abi/wasi_p1.def $(ROOT)/abi/wasi_unstable.def $(ROOT)/abi/swasm_net.def
WASI_TEST_HEADERS := $(wildcard $(WASI_TEST_DIR)*.h $(ROOT)/src/*.h $(ROOT)/src/sys/*.h $(ROOT)/src/sys/*/*.h $(ROOT)/src/wasi/*.h $(ROOT)/abi/*)
WASI_TEST_BUILD ?= $(BUILD)/runtime-tests
# Swift's clang: it has the sanitizers' run-time libraries, which Debian's clang-22 package leaves out.
WASI_TEST_CC ?= $(firstword $(shell command -v clang gcc))
WASI_TEST_SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all
WASI_TEST_FLAGS := -std=gnu11 -g -O1 -Wall -Wextra -Werror -Wno-unknown-warning-option -Wno-reserved-identifier \
    -D_GNU_SOURCE -pthread
WASI_TEST_WRAPS := $(shell sed -n 's/^SWASM_WASI.\([a-z0-9_]*\),.*/-Wl,--wrap=swasm_wasi_\1/p; \
    s/^SWASM_WASI0.\([a-z0-9_]*\),.*/-Wl,--wrap=swasm_wasi0_\1/p; \
    s/^SWASM_NET.\([a-z0-9_]*\),.*/-Wl,--wrap=swasm_net_\1/p' $(WASI_TEST_DEFINITIONS)) \
    -Wl,--wrap=swasm_complain -Wl,--wrap=swasm_text_length
WASI_TEST_LINK := $(if $(findstring clang,$(WASI_TEST_CC)),-fuse-ld=lld) $(WASI_TEST_WRAPS)

WASI_TEST_OBJECTS := $(patsubst %.c,$(WASI_TEST_BUILD)/%.o,$(notdir $(WASI_TEST_OWN) $(WASI_TEST_RUNTIME)) calls.c)
WASI_HARDENED_OBJECTS := $(patsubst %.c,$(WASI_TEST_BUILD)/hardened/%.o,$(notdir $(WASI_TEST_OWN)) calls.c) \
    $(patsubst $(ROOT)/src/%,$(OUT)/obj/%.o,$(filter-out %/resolve.c,$(WASI_TEST_RUNTIME)) $(ROOT)/src/harden.c $(ROOT)/src/filter.c $(ROOT)/src/filter_rules.c $(ROOT)/src/held.c \
    $(ROOT)/src/sys/$(ARCH)/stack.S) $(WASI_TEST_BUILD)/hardened/resolve.o

.PHONY: test-wasi
test-wasi: $(WASI_TEST_BUILD)/wasi-tests $(WASI_TEST_BUILD)/wasi-tests-hardened
	$(WASI_TEST_BUILD)/wasi-tests
	$(WASI_TEST_BUILD)/wasi-tests-hardened

# The first program for another machine, without sanitizers, in an emulator. Zig has a C library for each machine.
# `make -C runtime-c test-wasi-emulated TARGET=riscv64-linux`
.PHONY: test-wasi-emulated
test-wasi-emulated: export ZIG_GLOBAL_CACHE_DIR = $(BUILD)/cache/zig
test-wasi-emulated: export ZIG_LOCAL_CACHE_DIR = $(BUILD)/cache/zig
test-wasi-emulated:
	@$(MAKE) --no-print-directory -s -C $(ROOT) $(WASI_TEST_BUILD)-$(ARCH)/wasi-tests TARGET=$(TARGET) \
	  WASI_TEST_CC='$(ZIG) cc -target $(ARCH)-linux-musl -static -Wno-unused-command-line-argument' \
	  WASI_TEST_BUILD=$(WASI_TEST_BUILD)-$(ARCH) WASI_TEST_SANITIZERS=
	@SWASM_TEST_EMULATED=1 qemu-$(ARCH) $(WASI_TEST_BUILD)-$(ARCH)/wasi-tests

$(WASI_TEST_BUILD)/wasi-tests: $(WASI_TEST_OBJECTS)
	$(WASI_TEST_CC) $(WASI_TEST_FLAGS) $(WASI_TEST_SANITIZERS) $(WASI_TEST_LINK) -o $@ $(WASI_TEST_OBJECTS)

$(WASI_TEST_BUILD)/wasi-tests-hardened: $(WASI_HARDENED_OBJECTS)
	$(WASI_TEST_CC) $(WASI_TEST_FLAGS) $(WASI_TEST_LINK) -Wl,--gc-sections -o $@ $(WASI_HARDENED_OBJECTS)

$(WASI_TEST_BUILD)/calls.c: $(WASI_TEST_DIR)calls.awk $(WASI_TEST_DEFINITIONS) $(wildcard $(ROOT)/src/wasi/*.c)
	@mkdir -p $(@D)
	awk -f $< $(WASI_TEST_DEFINITIONS) $(wildcard $(ROOT)/src/wasi/*.c) >$@.new
	@mv $@.new $@

WASI_TEST_COMPILE = @mkdir -p $(@D) && $(WASI_TEST_CC) $(WASI_TEST_FLAGS) -I$(WASI_TEST_DIR) -c -o $@ $<
WASI_TEST_SANITIZED = $(WASI_TEST_COMPILE) $(WASI_TEST_SANITIZERS) -DSWASM_TEST_FALLBACK

$(WASI_TEST_BUILD)/%.o: $(WASI_TEST_DIR)%.c $(WASI_TEST_HEADERS)
	$(WASI_TEST_SANITIZED)
$(WASI_TEST_BUILD)/%.o: $(ROOT)/src/wasi/%.c $(WASI_TEST_HEADERS)
	$(WASI_TEST_SANITIZED)
$(WASI_TEST_BUILD)/%.o: $(ROOT)/src/%.c $(WASI_TEST_HEADERS)
	$(WASI_TEST_SANITIZED)
$(WASI_TEST_BUILD)/calls.o: $(WASI_TEST_BUILD)/calls.c $(WASI_TEST_HEADERS)
	$(WASI_TEST_SANITIZED)

$(WASI_TEST_BUILD)/hardened/%.o: $(WASI_TEST_DIR)%.c $(WASI_TEST_HEADERS)
	$(WASI_TEST_COMPILE) -DSWASM_TEST_FALLBACK -DSWASM_TEST_HARDENED
$(WASI_TEST_BUILD)/hardened/calls.o: $(WASI_TEST_BUILD)/calls.c $(WASI_TEST_HEADERS)
	$(WASI_TEST_COMPILE) -DSWASM_TEST_FALLBACK
# As in the archive, except that tests can choose the component walk.
$(WASI_TEST_BUILD)/hardened/resolve.o: $(ROOT)/src/wasi/resolve.c $(WASI_TEST_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -O2 -DSWASM_TEST_FALLBACK -c -o $@ $<
