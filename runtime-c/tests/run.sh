#!/bin/bash
# Runs the test programs that the arguments name, then builds and runs the handwritten executables. Prints the failures,
# and at the end `N passed, N failed`. Fails if a test failed. `make test` calls it and sets CC, LD, LIBRARY and
# TESTS.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
passed=0 failed=0

for program in "$@"; do
    unit=${program##*/}
    output=$("$program" 2>&1)
    status=$?
    totals=$(grep -oE '[0-9]+ passed, [0-9]+ failed$' <<<"$output" | tail -n 1)
    grep -vE '[0-9]+ passed, [0-9]+ failed$' <<<"$output" | sed "/^$/d; s/^/$unit: /"
    if [[ -z $totals || ($status -ne 0 && $totals == *' 0 failed') ]]; then
        echo "$unit: ended with status $status before its tests did"
        totals='0 passed, 1 failed'
    fi
    passed=$((passed + ${totals%% *}))
    totals=${totals#* passed, }
    failed=$((failed + ${totals%% *}))
done

readonly work=$TESTS/executables
mkdir -p "$work"

# Writes a policy object: one record (or none) in assembler directives.
policy() {
    printf '.section .rodata\n.globl swasm_policy, swasm_policy_bytes\nswasm_policy:\n%s\n.long 0\n1:\n.balign 8\nswasm_policy_bytes: .quad 1b - swasm_policy\n' "$2" |
        "$CC" -c -x assembler - -o "$work/$1.policy.o"
}

# build NAME BODY EXPORT MAPS POLICY [linker flags]: an executable whose export EXPORT runs BODY.
build() {
    local name=$1 body=$2 export=$3 maps=$4 records=$5
    shift 5
    policy "$name" "$records" &&
        "$CC" -std=c11 -ffreestanding -O1 -fPIE -fno-stack-protector -ffunction-sections -Wall -Wextra -Werror \
            -Wno-infinite-recursion -DGUEST_BODY="$body" -DGUEST_EXPORT="\"$export\"" -DGUEST_MAPS="$maps" \
            -c "$here/executables/guest.c" -o "$work/$name.o" &&
        "$LD" -static -pie --no-dynamic-linker -z relro -z noexecstack --gc-sections --pack-dyn-relocs=relr "$@" \
            "$work/$name.o" "$work/$name.policy.o" "$LIBRARY" -o "$work/$name" && return
    failed=$((failed + 1))
    echo "FAILED to build $name"
    return 1
}

# expect NAME STATUS OUTPUT [arguments]: standard output and error together, as a bash pattern.
expect() {
    local name=$1 status=$2 pattern=$3 output actual
    shift 3
    # Run it in a subshell, so that the shell's messages about signals are not part of the output.
    output=$({ "$work/$name" "$@" 2>&1; echo "status $?"; } 2>/dev/null)
    actual=${output##*status }
    output=${output%status *}
    output=${output%$'\n'}
    # shellcheck disable=SC2053
    if [[ $actual -eq $status && $output == $pattern ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s %s: status %s, wanted %s; output:\n%s\nwanted:\n%s\n' \
            "$name" "$*" "$actual" "$status" "$output" "$pattern"
    fi
}

# guest BODY STATUS OUTPUT: a program whose _start runs BODY, with code maps.
guest() {
    build "$1" "$1" _start 1 '' && expect "$1" "$2" "$3"
}

readonly here_it_is=$' in main[?]x at offset 0x20\n  0: main[?]x at 0x20\n  ... and frames that cannot be found'
guest nothing 0 'ran'
guest grow_and_store 0 'grown'
guest round_down 0 '2'
guest trap_unreachable 134 "trap_unreachable: wasm trap: unreachable$here_it_is"
guest trap_division 134 "trap_division: wasm trap: integer divide by zero$here_it_is"
guest load_beyond 134 "load_beyond: wasm trap: out of bounds memory access$here_it_is"
guest load_far_beyond 134 "load_far_beyond: wasm trap: out of bounds memory access$here_it_is"
guest load_below 134 "load_below: wasm trap: out of bounds memory access$here_it_is"
guest fill_beyond 134 'fill_beyond: wasm trap: out of bounds memory access'
guest exhaust_stack 134 "exhaust_stack: wasm trap: call stack exhausted$here_it_is"
guest runtime_exhausts_stack 134 'runtime_exhausts_stack: wasm trap: call stack exhausted'
guest unknown_import 134 "unknown_import: unknown import: env.missing?\[31m
unknown_import: wasm trap: unknown import called"
# A fault that is not the guest's ends the process as without our handlers: 128 + the signal.
guest null_pointer 139 'null_pointer: internal error: signal 11 at pc 0x*, address 0x8 (*'
guest plain_ud2 132 'plain_ud2: internal error: signal 4 *'
guest runtime_bug 139 'runtime_bug: internal error: signal 11 *'

# Without code maps a trap keeps its kind.
build unmapped trap_division _start 0 '' && expect unmapped 134 'unmapped: wasm trap: integer divide by zero'
# A reactor is initialized. A module without `_start` and `_initialize` does nothing.
build reactor nothing _initialize 1 '' && expect reactor 0 'ran'
build library nothing other 1 '' && expect library 0 ''
# An export without a name is a command. A module without a command prints a message before any of its code runs.
build nameless nothing '' 1 '' && expect nameless 0 'ran'
build missing nothing _initialize 1 \
    '.pushsection .rodata.x; .globl swasm_missing_command; swasm_missing_command: .asciz "no command:\n  f"; .popsection' &&
    expect missing 1 $'missing: error[[]E1101]: no command:\n  f'
# A small stack can be exhausted too. A program with a wrong policy does not start.
build small exhaust_stack _start 1 '.long 5, 8; .quad 65536' && expect small 134 'small: wasm trap: call stack exhausted*'
build malformed nothing _start 1 '.long 99, 0' && expect malformed 1 'malformed: error[[]E1001]: the built-in policy is malformed'
build huge nothing _start 1 '.long 4, 8; .quad 65535' && expect huge 1 'huge: error[[]E1302]: memories or tables exceed*'
# Names are hostile, also that of the program.
ln -sf trap_division "$work/"$'evil\e[2J\u202egpj\u2028'
expect $'evil\e[2J\u202egpj\u2028' 134 'evil?\[2J?gpj?: wasm trap: integer divide by zero*'
build renamed trap_division _start 1 '.long 6, 8; .ascii "dir/name"' &&
    expect renamed 134 'name: wasm trap: integer divide by zero*'

# If there is no memory for a stack, the program must not look as if it had run.
build stackless nothing _start 1 '.long 5, 8; .quad 1 << 36'
ulimit -S -v 60000000
expect stackless 134 'stackless: wasm trap: call stack exhausted'
ulimit -S -v 8000000
expect nothing 1 'nothing: error[[]E1301]: too little address space*ulimit -v*--bounds-checks explicit'
ulimit -S -v unlimited

readonly invoke='.long 7, 4; .ascii "echo"'
build echo nothing _initialize 1 "$invoke" --undefined=swasm_invoke_export
expect echo 0 $'ran\n-7\n-9223372036854775808\n0.1\n1000000000000000000000' 7 0x8000000000000000 0.1 1e21
expect echo 0 $'ran\n-2147483648\n-1\nNaN\n-inf' 2147483648 18446744073709551615 nan -inf
expect echo 1 'ran
echo: error[[]E1103]: the function takes 4 arguments, and got 1' 7
expect echo 1 'ran
echo: error[[]E1103]: argument 4294967296 is not a value of type i32' 4294967296 0 0 0
expect echo 1 'ran
echo: error[[]E1103]: argument 1x is not a value of type i64' 1 1x 0 0
expect echo 1 'ran
echo: error[[]E1103]: argument  is not a value of type f32' 1 1 '' 0
build unlinked nothing _initialize 1 "$invoke" && expect unlinked 1 $'ran\nunlinked: error[[]E1304]: linked without*'
build absent nothing _initialize 1 '.long 7, 4; .ascii "none"' --undefined=swasm_invoke_export &&
    expect absent 1 $'ran\nabsent: error[[]E1102]: no function is exported under this name: none'

echo "$passed passed, $failed failed"
((failed == 0))
