# Tests of the WASI calls: the runtime's own sources, hosted, with AddressSanitizer and UBSan. Included by
# runtime-c/Makefile; needs nothing from it.
WASI_TEST_DIR := $(dir $(lastword $(MAKEFILE_LIST)))
WASI_TEST_SOURCES := $(wildcard $(WASI_TEST_DIR)*.c $(WASI_TEST_DIR)../../src/wasi/*.c)
WASI_TEST_HEADERS := $(wildcard $(WASI_TEST_DIR)*.h $(WASI_TEST_DIR)../../src/*.h \
    $(WASI_TEST_DIR)../../src/sys/*.h $(WASI_TEST_DIR)../../src/wasi/*.h $(WASI_TEST_DIR)../../abi/*)
WASI_TEST_BUILD ?= $(WASI_TEST_DIR)../../../build/runtime-tests
# Swift's clang: it has the sanitizers' run-time libraries, which Debian's clang-22 package leaves out.
WASI_TEST_CC ?= $(firstword $(shell command -v clang gcc))
WASI_TEST_LINK := $(if $(findstring clang,$(WASI_TEST_CC)),-fuse-ld=lld)
WASI_TEST_FLAGS := -std=gnu11 -g -O1 -Wall -Wextra -Werror -fsanitize=address,undefined \
    -fno-sanitize-recover=all -DSWASM_TEST_FALLBACK -D_GNU_SOURCE -pthread
WASI_TEST_OBJECTS := $(patsubst %.c,$(WASI_TEST_BUILD)/%.o,$(notdir $(WASI_TEST_SOURCES)))

.PHONY: test-wasi
test-wasi: $(WASI_TEST_BUILD)/wasi-tests
	$(WASI_TEST_BUILD)/wasi-tests

$(WASI_TEST_BUILD)/wasi-tests: $(WASI_TEST_OBJECTS)
	$(WASI_TEST_CC) $(WASI_TEST_FLAGS) $(WASI_TEST_LINK) -o $@ $(WASI_TEST_OBJECTS)

$(WASI_TEST_BUILD)/%.o: $(WASI_TEST_DIR)%.c $(WASI_TEST_HEADERS)
	@mkdir -p $(@D)
	$(WASI_TEST_CC) $(WASI_TEST_FLAGS) -c -o $@ $<

$(WASI_TEST_BUILD)/%.o: $(WASI_TEST_DIR)../../src/wasi/%.c $(WASI_TEST_HEADERS)
	@mkdir -p $(@D)
	$(WASI_TEST_CC) $(WASI_TEST_FLAGS) -c -o $@ $<
