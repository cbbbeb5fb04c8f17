// LLVM's options of the whole process.
//
// LLVM offers no other way to control some parts of its pipeline and code generation. These options are set
// once, at all levels, before the first module is optimised: one compilation never changes the next. An
// option that this LLVM does not have is an error, because a trap or a bit of a number may depend on it.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace swasm {

/// Sets all options. Returns an error, the same at every call; empty if all are set.
const std::string &setProcessOptions();

/// Sets an option that has not been set before. Returns an error; empty if it is set.
std::string setProcessOption(llvm::StringRef name, llvm::StringRef value);

} // namespace swasm
