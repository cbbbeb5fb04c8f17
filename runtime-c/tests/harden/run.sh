#!/bin/bash
# Attacks from inside: executables whose guest code makes its own system calls, with the runtime as it is and without
# its path check. Each attack is made twice. With hardening it must fail. With SWASM_HARDEN=off it must succeed, because
# otherwise the test would prove nothing. `make test` calls this script and sets CC, LD, LIBRARY, OUT, UNCHECKED
# (resolve.c without its check), KERNEL (kernel.c), SEARCH (search.c) and LAYOUT (layout.c).
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
passed=0 failed=0
mkdir -p "$OUT"

printf '.section .rodata\n.globl swasm_policy, swasm_policy_bytes\nswasm_policy: .long 0\n.balign 8\nswasm_policy_bytes: .quad 4\n' |
    "$CC" -c -x assembler - -o "$OUT/policy.o"

# build NAME ATTACK [objects and compiler flags]
build() {
    local name=$1 attack=$2
    shift 2
    "$CC" -std=c11 -ffreestanding -O1 -fPIE -fno-stack-protector -ffunction-sections -Wall -Wextra -Werror \
        -DATTACK="$attack" "${@/#*.o/-DWITH_PATHS}" -c "$here/attack.c" -o "$OUT/$name.o" &&
        "$LD" -static -pie --no-dynamic-linker -z relro -z noexecstack --gc-sections --pack-dyn-relocs=relr \
            "$OUT/$name.o" "$OUT/policy.o" $(printf '%s\n' "$@" | grep '\.o$') "$LIBRARY" -o "$OUT/$name"
}

report() {
    if [[ $1 == yes ]]; then passed=$((passed + 1)); else failed=$((failed + 1)) && printf 'FAILED %s\n' "$2"; fi
}

kernel=() # a command that starts the program

# expect NAME STATUS OUTPUT [VARIABLE=VALUE...]: standard output and error together, as a bash pattern.
expect() {
    local name=$1 status=$2 pattern=$3 output actual
    shift 3
    output=$({ env -i "$@" "${kernel[@]}" "$OUT/$name" 2>&1; echo "status $?"; } 2>/dev/null)
    actual=${output##*status } output=${output%status *}
    # shellcheck disable=SC2053
    if [[ $actual == $status && ${output%$'\n'} == $pattern ]]; then report yes; else
        report no "$name $*: status $actual, wanted $status; output: $output wanted: $pattern"
    fi
}

# Raw system calls are refused with a message. Without hardening they are possible.
while read -r attack number; do
    flags=()
    [[ $number != *' linked' ]] || flags=(-DWITH_PATHS)
    build "$attack" "$attack" "${flags[@]}" || continue
    if [[ $number == *with* ]]; then
        expect "$attack" 134 "$attack: sandbox violation: system call ${number%% *} with this argument is not among those of this program"
    elif [[ $number == memory ]]; then
        expect "$attack" 134 "$attack: sandbox violation: executable memory, or a file mapped as memory"
    else
        expect "$attack" 134 "$attack: sandbox violation: system call $number is not among those of this program"
    fi
    expect "$attack" 0 'got 1' SWASM_HARDEN=off
done <<'END'
raw_openat 257
raw_open 2
raw_socket 41
raw_kill 62
raw_ptrace 101
raw_io_uring 425
raw_fork 56
raw_execve 59
raw_x32 1073741863
raw_prctl 157
raw_owner 72 with linked
map_code memory
map_file memory
protect_as_code memory
END
# Calls that the program makes are allowed with the arguments that it uses, and refused with others.
for attack in type_for_the_user signal_other give_memory_back; do
    build "$attack" "$attack" || continue
    expect "$attack" 134 "$attack: sandbox violation: system call * with this argument is not among those *"
    expect "$attack" 0 'got 1' SWASM_HARDEN=off
done
for innocent in ask_terminal signal_itself ask_for_large_pages; do
    build "$innocent" "$innocent" && expect "$innocent" 0 'got 1'
done
# A clock needs no system call if the kernel has a function for it (vdso.c); none reaches this kernel's filter.
build ask_clock ask_clock -DWITH_CLOCK && expect ask_clock 0 'got 1' SWASM_HARDEN=require
if grep -q 'vdso' /proc/self/maps; then
    kernel=("$KERNEL" 228 38)
    expect ask_clock 0 'got 1' SWASM_HARDEN=require
    expect ask_clock 0 'got 1' SWASM_HARDEN=off
    kernel=()
fi
build map_data map_data && expect map_data 0 'got 1'
# Streams can be used only by their roles, however the host opened them. If the module can open nothing, only these
# descriptors can be used.
for attack in write_to_input read_from_output read_from_errors say_to_input write_to_unknown; do
    build "$attack" "$attack" -DWITH_STREAMS || continue
    expect "$attack" 134 "$attack: sandbox violation: system call * on this descriptor is not among those *"
    expect "$attack" 0 'got 1' SWASM_HARDEN=off
done
for innocent in write_to_output write_to_errors read_from_input say_to_output; do
    build "$innocent" "$innocent" -DWITH_STREAMS && expect "$innocent" 0 'got 1'
    expect "$innocent" 134 '*on this descriptor*' SWASM_STDIN=null SWASM_STDOUT=null SWASM_STDERR=null
done
# With calls on paths, a program can open more descriptors, but the streams keep their roles.
for attack in write_to_input read_from_output say_to_input; do
    build "$attack" "$attack" -DWITH_PATHS && expect "$attack" 134 '*on this descriptor*'
done
# Without fd_write, write is only for messages, on standard error.
build say_to_output say_to_output -DWITH_PATHS -DWITHOUT_FD_WRITE && expect say_to_output 134 '*on this descriptor*'
for innocent in write_to_unknown write_to_output say_to_output; do
    build "$innocent" "$innocent" -DWITH_PATHS && expect "$innocent" 0 'got 1'
done
# The network. Each row: the attack, the grant (a variable), and what must happen: `call N` or `argument N`, the number of
# the system call that the filter refuses; `port`, which Landlock refuses; or `innocent`.
while read -r attack grant outcome number; do
    flags=(-DWITH_NET)
    [[ $grant == SWASM_RESOLVE=* ]] || flags+=(-DWITHOUT_NAMES)
    [[ $grant != none ]] || grant=UNUSED=
    build "$attack" "$attack" "${flags[@]}" || continue
    violation="$attack: sandbox violation: system call $number"
    case $outcome in
    call) expect "$attack" 134 "$violation is not among those of this program" "$grant" ;;
    argument) expect "$attack" 134 "$violation with this argument is not among those of this program" "$grant" ;;
    port) expect "$attack" 0 'got 0' "$grant" ;;
    innocent) expect "$attack" 0 'got 1' "$grant" SWASM_HARDEN=require ;;
    esac
    expect "$attack" 0 'got 1' "$grant" SWASM_HARDEN=off
done <<'END'
net_stream none call 41
net_stream SWASM_CONNECT=127.0.0.1:5999/udp argument 41
net_stream SWASM_CONNECT=127.0.0.1:5999 innocent
net_stream6 SWASM_LISTEN=127.0.0.1:5999 innocent
net_datagrams SWASM_CONNECT=127.0.0.1:5999 argument 41
net_datagrams SWASM_RESOLVE=* argument 41
net_datagrams SWASM_LISTEN=127.0.0.1:5999/udp innocent
net_unix SWASM_CONNECT=127.0.0.1:5999 argument 41
net_netlink SWASM_CONNECT=127.0.0.1:5999/udp argument 41
net_packets SWASM_CONNECT=127.0.0.1:5999/udp argument 41
net_raw SWASM_CONNECT=127.0.0.1:5999/udp argument 41
net_multipath SWASM_CONNECT=127.0.0.1:5999 argument 41
net_sctp SWASM_CONNECT=127.0.0.1:5999 argument 41
net_lite SWASM_CONNECT=127.0.0.1:5999/udp argument 41
net_inherited SWASM_CONNECT=127.0.0.1:5999 argument 41
net_connect SWASM_CONNECT=127.0.0.1:5999 innocent
net_connect SWASM_CONNECT=127.0.0.1:5000-6000 innocent
net_connect_elsewhere SWASM_CONNECT=127.0.0.1:5000-6000 port
net_connect_elsewhere SWASM_CONNECT=127.0.0.1:* innocent
net_connect_elsewhere SWASM_RESOLVE=* port
net_connect SWASM_LISTEN=127.0.0.1:5999 call 42
net_bind SWASM_LISTEN=127.0.0.1:5999 innocent
net_bind_elsewhere SWASM_LISTEN=127.0.0.1:5999 port
net_bind SWASM_CONNECT=127.0.0.1:5999 port
net_bind_any SWASM_CONNECT=127.0.0.1:5999 innocent
net_bind_any SWASM_LISTEN=127.0.0.1:5999 port
net_bind SWASM_CONNECT=127.0.0.1:* port
net_bind SWASM_RESOLVE=* call 49
net_listen SWASM_CONNECT=127.0.0.1:5999 call 50
net_listen SWASM_LISTEN=127.0.0.1:5999 innocent
net_fast_open SWASM_CONNECT=*:* call 44
net_fast_open SWASM_CONNECT=*:*;*:*/udp argument 44
net_send SWASM_CONNECT=127.0.0.1:5999/udp innocent
net_ask_server SWASM_RESOLVE=* innocent
net_ask_others SWASM_RESOLVE=* argument 44
net_keep_alive SWASM_CONNECT=127.0.0.1:5999 innocent
net_broadcast SWASM_CONNECT=127.0.0.1:5999 argument 54
net_device SWASM_CONNECT=127.0.0.1:5999 argument 54
net_mark SWASM_CONNECT=127.0.0.1:5999 argument 54
net_fast_connect SWASM_CONNECT=127.0.0.1:5999 argument 54
net_transparent SWASM_CONNECT=127.0.0.1:5999 argument 54
END
# The system call entry for i386 programs has other numbers. The kernel ends the process at once, by SIGSYS (or by
# SIGSEGV if it has no such entry).
build raw_old_kernel_entry raw_old_kernel_entry && expect raw_old_kernel_entry '1[35]9' '*'

# Without the path check every path goes to the kernel as it is, and only Landlock protects the files.
readonly yard=$OUT/yard
rm -rf "$yard"
mkdir -p "$yard/granted" "$yard/fixed"
fill_yard() {
    rm -rf "$yard/made" "$yard/granted/made"
    echo inside >"$yard/granted/file"
    echo fixed >"$yard/fixed/file"
    echo precious >"$yard/precious"
}
fill_yard
echo secret >"$yard/secret"
ln -s .. "$yard/granted/out"
readonly grants="SWASM_DIR=$yard/granted::/;$yard/fixed::/fixed:ro"
readonly refused=2 escapes=76 # EACCES, ENOTCAPABLE; EXDEV (75) if only the directory would change
while read -r attack wanted; do
    build "unchecked_$attack" "$attack" "$UNCHECKED" && build "checked_$attack" "$attack" -DWITH_PATHS || continue
    expect "unchecked_$attack" 0 "errno ${wanted:-$refused}" "$grants" SWASM_HARDEN=require
    expect "checked_$attack" 0 "errno $escapes" "$grants" SWASM_HARDEN=off
    if [[ ! -e $yard/made && ! -e $yard/granted/made && $(<"$yard/precious") == precious && -e $yard/fixed/file ]]; then
        report yes
    else
        report no "$attack wrote"
    fi
    expect "unchecked_$attack" 0 'errno 0' "$grants" SWASM_HARDEN=off
    fill_yard
done <<'END'
open_beside
open_system
open_by_link
make_beside
cut_beside
list_beside
write_read_only
remove_beside
make_directory_beside
make_link_beside
move_beside
take_read_only
link_read_only 75
END
build inside open_inside "$UNCHECKED" && expect inside 0 'errno 0' "$grants" SWASM_HARDEN=require
echo other >"$yard/other"
build one_file open_beside "$UNCHECKED" &&
    expect one_file 0 'errno 2' "SWASM_DIR=$yard/granted::/;$yard/other::/other" SWASM_HARDEN=require &&
    expect one_file 0 'errno 0' "SWASM_DIR=$yard/granted::/;$yard/secret::/secret" SWASM_HARDEN=require

# If a kernel refuses a part of the hardening, the other parts still hold, and there is a message. If a kernel lacks a
# part, there is none. kernel.c makes system calls 444 (landlock_create_ruleset), 445 (.._add_rule), 446
# (.._restrict_self) and 317 (seccomp) fail: with ENOSYS (38) as an old kernel would, or with ENOMEM (12).
no_rule="warning: the kernel refuses Landlock's rule for a grant: the grant has no effect"
kernel=("$KERNEL" 445 12)
expect unchecked_open_beside 0 "unchecked_open_beside: $no_rule"$'\n'"errno $refused" "$grants"
expect inside 0 "inside: $no_rule"$'\n'"errno $refused" "$grants"
expect inside 1 'inside: error[[]E1401]: --harden=require: this kernel refuses a part of the hardening: Landlock' "$grants" SWASM_HARDEN=require
kernel=("$KERNEL" 446 12)
expect inside 0 $'inside: warning: the kernel refuses Landlock: the runtime alone guards the files\nerrno 0' "$grants"
expect inside 1 'inside: error[[]E1401]: --harden=require: this kernel refuses a part of the hardening: Landlock' "$grants" SWASM_HARDEN=require
kernel=("$KERNEL" 317 12)
expect inside 0 $'inside: warning: the kernel refuses the filter of system calls\nerrno 0' "$grants"
expect unchecked_open_beside 0 "*system calls"$'\n'"errno $refused" "$grants"
expect inside 1 'inside: error[[]E1401]: --harden=require: this kernel refuses a part of the hardening: seccomp' "$grants" SWASM_HARDEN=require
for number in 444 317; do
    kernel=("$KERNEL" $number 38)
    expect inside 0 'errno 0' "$grants"
    expect inside 1 'inside: error[[]E1401]: --harden=require: this kernel refuses a part of the hardening: *' "$grants" SWASM_HARDEN=require
done
kernel=()

# Another filter may refuse a call that is made between the start and the first output. Then the program works, or there
# is a message. The calls are statx (old container profiles refuse it), close, mmap, mprotect, rt_sigaction,
# rt_sigprocmask, ioctl, fcntl, sigaltstack, prctl, getrandom, close_range, seccomp, landlock_*.
build print print -DWITH_STREAMS
for number in 332 3 9 10 13 14 16 72 131 157 318 436 317 444 446; do
    for error in 1 38; do
        output=$(env -i "$KERNEL" $number $error "$OUT/print" 2>&1)
        status=$?
        if [[ ($status -eq 0 && $output == *'got 1') || ($status -eq 1 && $output == 'print: '?*) ]]; then report yes; else
            report no "print without call $number (error $error): status $status, output: $output"
        fi
    done
done
kernel=("$KERNEL" 332 38)
expect print 0 'got 1'
kernel=("$KERNEL" 332 1 "$KERNEL" 5 1)
expect print 1 'print: error[[]E1303]: a standard stream cannot be used: the system refuses a call: statx'
kernel=()

# The kernel's data about the process while its guest runs.
build waiting wait_for_reader
for mode in on off; do
    coproc guest { [[ $mode == on ]] || export SWASM_HARDEN=off; exec "$OUT/waiting" 2>&1; }
    read -r line <&"${guest[0]}"
    seen=$(awk '/^(NoNewPrivs|Seccomp):/ { printf "%s ", $2 }' "/proc/$guest_PID/status")
    wanted='1 2 '
    [[ $mode == on ]] || wanted='0 0 '
    if [[ $line == ready && $seen == "$wanted" ]]; then report yes; else report no "status of the process ($mode): $seen"; fi
    eval "exec ${guest[0]}<&- ${guest[1]}>&-"
    wait "$guest_PID"
done

# The process keeps nothing of the host: no descriptors, no environment, no names. This also holds on a kernel without
# close_range (436), and without /proc/self/fd (openat, 257) as well.
ln -sf "$OUT/waiting" "$OUT/secret-name"
program=("$OUT/secret-name")
find_secrets() { # WANTED VARIABLE...
    local wanted=$1 found
    shift
    found=$(env -i "$@" HOST=secret "$SEARCH" secret "${program[@]}" secret 7</dev/null 8</dev/null 9>&1 2>&1)
    if [[ $found == "$wanted" ]]; then report yes; else report no "search $* ${program[*]}: $found"; fi
}
find_secrets 'descriptors 0 1 2'
find_secrets 'descriptors 0 1 2' SWASM_HARDEN=off
find_secrets 'descriptors 0 1 2' SWASM_ENV=HOST
find_secrets 'descriptors 2' SWASM_STDIN=null SWASM_STDOUT=null
program=("$KERNEL" 436 38 "$OUT/waiting")
find_secrets 'descriptors 0 1 2'
program=("$KERNEL" 436 38 "$KERNEL" 257 13 "$OUT/waiting")
find_secrets 'descriptors 0 1 2'

# The guest's mappings lie apart, at random distances.
build show_places show_places && if "$LAYOUT" 24 "$OUT/show_places"; then report yes; else report no layout; fi

echo "harden: $passed passed, $failed failed"
((failed == 0))
