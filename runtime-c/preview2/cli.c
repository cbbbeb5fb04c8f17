/* wasi:cli. Spec: wasi-cli. */
#include "preview2.h"

#define CLI(interface, name) P2_EXPORT("wasi:cli/" interface, name)

/* ---- environment ---- */

static uint32_t text_bytes(const uint8_t *text)
{
    uint32_t bytes = 0;
    while (text[bytes]) bytes++;
    return bytes;
}

/* list<tuple<string, string>>: the names and values of the variables. */
CLI("environment", "get-environment") p2_list *p2_environment(void)
{
    uint32_t count, bytes;
    if (p1_environ_sizes_get(&count, &bytes)) p2_trap();
    uint8_t **texts = p2_allocate(count * sizeof *texts);
    if (p1_environ_get(texts, p2_allocate(bytes))) p2_trap();
    p2_string *pairs = p2_allocate(count * 2 * sizeof *pairs);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t name = 0, length = text_bytes(texts[i]);
        while (name < length && texts[i][name] != '=') name++;
        uint32_t value = name < length ? name + 1 : length;
        pairs[2 * i] = p2_text(texts[i], name);
        pairs[2 * i + 1] = p2_text(texts[i] + value, length - value);
    }
    p2_list *result = p2_allocate(sizeof *result);
    *result = (p2_list){pairs, count};
    return result;
}

CLI("environment", "get-arguments") p2_list *p2_arguments(void)
{
    uint32_t count, bytes;
    if (p1_args_sizes_get(&count, &bytes)) p2_trap();
    uint8_t **texts = p2_allocate(count * sizeof *texts);
    if (p1_args_get(texts, p2_allocate(bytes))) p2_trap();
    p2_string *strings = p2_allocate(count * sizeof *strings);
    for (uint32_t i = 0; i < count; i++) strings[i] = p2_text(texts[i], text_bytes(texts[i]));
    p2_list *result = p2_allocate(sizeof *result);
    *result = (p2_list){strings, count};
    return result;
}

/* option<string>: none. A program names files by its grants, so it has no working directory. */
CLI("environment", "initial-cwd") const uint32_t *p2_initial_cwd(void)
{
    static const uint32_t none[3] = {P2_NONE};
    return none;
}

/* ---- exit ---- */

CLI("exit", "exit") void p2_exit(uint32_t status) { p1_proc_exit(status == P2_OK ? 0 : 1); }
CLI("exit", "exit-with-code") void p2_exit_with_code(uint32_t status) { p1_proc_exit(status); }

/* ---- The three streams ---- */

static p2_stream *standard_stream(uint32_t fd)
{
    p2_file *file = p2_new_file(fd, 0);
    file->is_borrowed = true;
    return p2_new_stream(file, P2_SEQUENTIAL, 0);
}

CLI("stdin", "get-stdin") p2_stream *p2_stdin(void) { return standard_stream(0); }
CLI("stdout", "get-stdout") p2_stream *p2_stdout(void) { return standard_stream(1); }
CLI("stderr", "get-stderr") p2_stream *p2_stderr(void) { return standard_stream(2); }

/* ---- Terminals. They have no functions, so a handle needs no object. ---- */

static p2_option_handle *terminal(uint32_t fd)
{
    p2_option_handle *result = p2_allocate(sizeof *result);
    p1_fdstat status;
    bool is_terminal = !p1_fd_fdstat_get(fd, &status) && status.filetype == P1_CHARACTER_DEVICE &&
                       !(status.rights & (P1_RIGHT_SEEK | P1_RIGHT_TELL));
    *result = (p2_option_handle){is_terminal ? P2_SOME : P2_NONE, NULL};
    return result;
}

CLI("terminal-stdin", "get-terminal-stdin") p2_option_handle *p2_terminal_stdin(void) { return terminal(0); }
CLI("terminal-stdout", "get-terminal-stdout") p2_option_handle *p2_terminal_stdout(void) { return terminal(1); }
CLI("terminal-stderr", "get-terminal-stderr") p2_option_handle *p2_terminal_stderr(void) { return terminal(2); }
