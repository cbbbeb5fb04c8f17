/* The files are part of the compiler, so `swasmc wasi` shows what the tests build and run. */
#include "examples.h"

#include <stddef.h>
#include <string.h>

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char arguments[] = {
#embed "../../examples/wasi/arguments/main.c" suffix(, )
    0};
static const char environment[] = {
#embed "../../examples/wasi/environment/main.c" suffix(, )
    0};
static const char streams[] = {
#embed "../../examples/wasi/streams/main.c" suffix(, )
    0};
static const char files[] = {
#embed "../../examples/wasi/files/main.c" suffix(, )
    0};
static const char clocks[] = {
#embed "../../examples/wasi/clocks/main.c" suffix(, )
    0};
static const char waiting[] = {
#embed "../../examples/wasi/waiting/main.c" suffix(, )
    0};
static const char random_numbers[] = {
#embed "../../examples/wasi/random/main.c" suffix(, )
    0};
static const char sockets[] = {
#embed "../../examples/wasi/sockets/main.c" suffix(, )
    0};
static const char ending[] = {
#embed "../../examples/wasi/exit/main.c" suffix(, )
    0};

static const struct {
    const char *capability, *text;
} examples[] = {
    {"arguments", arguments}, {"environment", environment}, {"streams", streams},
    {"files", files},         {"clocks", clocks},           {"waiting", waiting},
    {"random", random_numbers}, {"sockets", sockets},       {"exit", ending},
};

const char *swasmc_example(const char *capability)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        if (!strcmp(examples[i].capability, capability)) return examples[i].text;
    return NULL;
}
