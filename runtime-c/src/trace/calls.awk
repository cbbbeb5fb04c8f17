# Writes C from abi/wasi_p1.def, abi/wasi_unstable.def and abi/swasm_net.def: for each call a function for the linker's
# --wrap, which prints the call (trace.h). Each refers weakly to its call, so that a program links no other calls.

BEGIN { print "/* Made by calls.awk. */\n#include \"trace.h\"\n" }

/^SWASM_(WASI0?|NET)\(/ {
    prefix = /^SWASM_NET/ ? "swasm_net_" : /^SWASM_WASI0/ ? "swasm_wasi0_" : "swasm_wasi_"
    module = /^SWASM_NET/ ? "swasm_net." : /^SWASM_WASI0/ ? "wasi_unstable." : ""
    match($0, /\([a-z0-9_]+,/)
    name = substr($0, RSTART + 1, RLENGTH - 2)
    match($0, /\(swasm_instance \*[^)]*\)/)
    parameters = substr($0, RSTART + 1, RLENGTH - 2)
    match($0, /"[^"]*"\)$/)
    words = substr($0, RSTART, RLENGTH - 1)
    count = split(parameters, types, /, */)
    list = "swasm_instance *a0"; values = arguments = ""
    for (i = 2; i <= count; i++) {
        list = list ", " types[i] " a" (i - 1)
        values = values (i > 2 ? ", " : "") "a" (i - 1)
        arguments = arguments ", a" (i - 1)
    }
    if (values == "") values = "0"
    call = prefix name
    print "uint32_t __real_" call "(" parameters ") __attribute__((weak));"
    print "uint32_t __wrap_" call "(" list ");"
    print "uint32_t __wrap_" call "(" list ")\n{"
    print "    static const swasm_traced call = {\"" module name "\", " words "};"
    print "    const uint64_t arguments[] = {" values "};"
    print "    swasm_line line;"
    print "    if (!swasm_trace_on) return __real_" call "(a0" arguments ");"
    print "    swasm_trace_before(&line, &call, a0, arguments);"
    print "    const uint32_t error = __real_" call "(a0" arguments ");"
    print "    swasm_trace_after(&line, &call, a0, arguments, error);"
    print "    return error;\n}"
}
