# Attacks on hardened executables, and on a runtime whose path check was taken out.
HARDEN := $(ROOT)/tests/harden
HARDEN_OUT := $(OUT)/tests/harden

$(HARDEN_OUT)/unchecked.o: $(ROOT)/src/wasi/resolve.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -DSWASM_TEST_NO_PATH_CHECK -Wno-unused-function -c $< -o $@

$(HARDEN_OUT)/kernel $(HARDEN_OUT)/layout $(HARDEN_OUT)/search: $(HARDEN_OUT)/%: $(HARDEN)/%.c
	@mkdir -p $(@D)
	$(call find_tool,gcc cc) -std=gnu11 -O1 -Wall -Wextra -Werror $< -o $@

test: test-harden
.PHONY: test-harden
test-harden: $(LIBRARY) $(HARDEN_OUT)/unchecked.o $(HARDEN_OUT)/kernel $(HARDEN_OUT)/layout $(HARDEN_OUT)/search
	@CC='$(CC)' LD='$(call find_tool,ld.lld-22 ld.lld)' LIBRARY=$(LIBRARY) OUT=$(HARDEN_OUT) \
	  UNCHECKED=$(HARDEN_OUT)/unchecked.o KERNEL=$(HARDEN_OUT)/kernel \
	  LAYOUT=$(HARDEN_OUT)/layout SEARCH=$(HARDEN_OUT)/search $(HARDEN)/run.sh
