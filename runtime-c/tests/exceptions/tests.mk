# Exceptions through frames that LLVM made (guest.ll, unoptimised and optimised), in a host program, and once with an
# instance that collections search; the unwinder and the pool once more under the address and undefined behaviour
# sanitizers.
EXCEPTIONS := $(ROOT)/tests/exceptions
EXCEPTIONS_OUT := $(OUT)/tests/exceptions
EXCEPTIONS_PARTS := $(addprefix $(ROOT)/src/,exception.c uncaught.c unwind.c stack.c call.c exit.c alloc.c text.c trap.c memory.c place.c \
  types.c sys/$(ARCH)/unwind.S sys/$(ARCH)/stack.S)
HOST_CC := $(call find_tool,gcc cc)
# No red zones around variables: an exception leaves the frames that would clear them.
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all --param asan-stack=0
HOST_CFLAGS := -std=gnu11 -O1 -g -fPIE -pie -Wall -Wextra -Werror

test: test-exceptions
.PHONY: test-exceptions
test-exceptions: $(addprefix $(EXCEPTIONS_OUT)/,plain-O0 plain-O2 searched-O2 sanitized-O0 sanitized-O2)
	@for program in $^; do $$program >$$program.log 2>&1 || { cat $$program.log; exit 1; }; done
	@cat $(addsuffix .log,$^) | awk '/^exceptions:/ { p += $$2; f += $$4 } \
	  END { print "exceptions: " p " passed, " f " failed"; exit f != 0 }'

$(EXCEPTIONS_OUT)/guest-%.o: $(EXCEPTIONS)/guest.ll
	@mkdir -p $(@D)
	$(CC) $* -fPIE -Wno-override-module -c $< -o $@

$(EXCEPTIONS_OUT)/plain-%: $(EXCEPTIONS)/exceptions.c $(EXCEPTIONS_OUT)/guest--%.o $(LIBRARY)
	$(HOST_CC) $(HOST_CFLAGS) $^ -o $@

$(EXCEPTIONS_OUT)/searched-%: $(EXCEPTIONS)/exceptions.c $(EXCEPTIONS_OUT)/guest--%.o $(LIBRARY)
	$(HOST_CC) $(HOST_CFLAGS) -DSEARCHED $^ -o $@

$(EXCEPTIONS_OUT)/sanitized-%: $(EXCEPTIONS)/exceptions.c $(EXCEPTIONS_OUT)/guest--%.o $(EXCEPTIONS_PARTS)
	$(HOST_CC) $(HOST_CFLAGS) $(SANITIZERS) $^ -o $@
