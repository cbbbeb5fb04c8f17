# Writes C from abi/wasi_p1.def, abi/wasi_unstable.def, abi/swasm_net.def and the comments of src/wasi/*.c: for each call
# a wrapper (for the linker's --wrap) that reports the returned errno to observe.c, and the errnos that the call's comment
# names, each on a line ` * ENAME  why`. "the same errors" stands for the errors of the call of preview 1.
# A call without a definition, or a comment that names an errno twice, ends the build.

function fail(message) { print "calls.awk: " message >"/dev/stderr"; failed = 1; exit 1 }

/^SWASM_(WASI0?|NET)\(/ {
    prefix = /^SWASM_NET/ ? "swasm_net_" : /^SWASM_WASI0/ ? "swasm_wasi0_" : "swasm_wasi_"
    match($0, /\([a-z0-9_]+,/)
    name = prefix substr($0, RSTART + 1, RLENGTH - 2)
    match($0, /\(swasm_instance \*[^)]*\)/)
    parameters[name] = substr($0, RSTART + 1, RLENGTH - 2)
    names[count++] = name
}
FNR == 1 || /^\/\*/ { named = ""; same = 0 }
/^ \* E[A-Z0-9]+ / || /^ \* E[A-Z0-9]+$/ {
    if (index(named " ", " " $2 " ")) fail(FILENAME ": " $2 " twice")
    named = named " " $2
}
/the same errors/ { same = 1 }
/^uint32_t swasm_(wasi0?|net)_[a-z0-9_]+\(/ {
    match($0, /swasm_(wasi0?|net)_[a-z0-9_]+/)
    name = substr($0, RSTART, RLENGTH)
    if (!(name in parameters)) next
    documented[name] = named
    if (same) twin[name] = 1
    seen[name] = 1
    named = ""
}
/^}/ { named = ""; same = 0 }

function write_call(number, name,    types, n, i, list, arguments, values) {
    n = split(parameters[name], types, /, */)
    list = "swasm_instance *a0"; values = "(uintptr_t)a0"; arguments = "(swasm_instance *)(uintptr_t)a[0]"
    for (i = 2; i <= n; i++) {
        list = list ", " types[i] " a" (i - 1)
        values = values ", a" (i - 1)
        arguments = arguments ", (" types[i] ")a[" (i - 1) "]"
    }
    print "uint32_t __real_" name "(" parameters[name] ");"
    print "uint32_t __wrap_" name "(" parameters[name] ");"
    print "static uint32_t call_" name "(const uint64_t *a) { return __real_" name "(" arguments "); }"
    print "uint32_t __wrap_" name "(" list ")\n{"
    print "    const uint64_t a[] = {" values "};"
    print "    return observe_call(" number ", call_" name ", a);\n}"
}

END {
    if (failed) exit 1
    print "/* Made by calls.awk. */\n#include \"observe.h\"\n"
    for (i = 0; i < count; i++) write_call(i, names[i])
    print "\nconst observed_call observed_calls[] = {"
    for (i = 0; i < count; i++) {
        if (!(names[i] in seen)) fail("no definition of " names[i])
        p1 = names[i]; sub(/wasi0/, "wasi", p1)
        all = names[i] in twin ? documented[p1] : documented[names[i]]
        text = ""
        n = split(all, errnos, " ")
        for (j = 1; j <= n; j++) text = text "SWASM_WASI_" substr(errnos[j], 2) ", "
        shown = names[i]; sub(/^swasm_wasi0_/, "wasi_unstable ", shown); sub(/^swasm_wasi_/, "", shown); sub(/^swasm_net_/, "swasm_net ", shown)
        print "    {\"" shown "\", {" text "0}},"
    }
    print "};\nconst unsigned observed_call_count = " count ";"
}
