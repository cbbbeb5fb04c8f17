// LLVM's options of the whole process.
//
// LLVM has no other handle on some parts of its pipeline and of its code generation. They are set once, before the first
// module is optimised, at whatever level that is: one compilation never changes the next. An option that this LLVM does
// not have is an error, since a trap or a bit of a number may rest on it.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace swasm {

/// What went wrong, the same at every call; empty: all are set.
const std::string &setProcessOptions();

/// Sets one that has not been set before.
std::string setProcessOption(llvm::StringRef name, llvm::StringRef value);

} // namespace swasm
