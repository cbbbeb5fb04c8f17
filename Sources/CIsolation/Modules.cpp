// The form of modules; the rules are in Modules.h.
#include "Modules.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/IR/Verifier.h"

using namespace llvm;

namespace isolation {

namespace {

/// The alignment of the instance.
constexpr uint64_t instanceAlignment = 64;

/// In these layouts, addresses and numbers have the sizes that the rules assume. Each is the layout of a
/// target (Sources/Targets). A target with another layout needs another line.
bool isLayoutKnown(const Module &module) {
  return StringSwitch<bool>(module.getDataLayoutStr())
      .Case("e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128", true)
      .Case("e-m:e-p270:32:32-p271:32:32-p272:64:64-i8:8:32-i16:16:32-i64:64-i128:128-n32:64-S128-Fn32", true)
      .Case("e-m:e-p:64:64-i64:64-i128:128-n32:64-S128", true)
      .Default(false);
}

/// Whether an object is anything but an ordinary definition or declaration in address space 0. Linkers and
/// loaders may have other rules for such an object than "one definition for each name".
bool isOfStrangeKind(const GlobalObject &object) {
  return !(object.hasExternalLinkage() || object.hasLocalLinkage()) || object.hasComdat() || object.hasPartition() ||
         object.hasDLLImportStorageClass() || object.hasDLLExportStorageClass() || object.isThreadLocal() ||
         object.getAddressSpace() != 0;
}

/// Whether a name consists of `prefix` and a number.
bool isNumbered(StringRef name, StringRef prefix) {
  unsigned number = 0;
  return name.consume_front(prefix) && !name.getAsInteger(10, number);
}

const char *checkVariable(const GlobalVariable &global, const Instance &instance) {
  StringRef name = global.getName();
  if (global.hasAppendingLinkage())
    return name == "llvm.used" || name == "llvm.compiler.used" ? nullptr
                                                               : "a list that the linker or the loader acts on";
  if (isOfStrangeKind(global) || global.isExternallyInitialized() || global.hasAttributes() || global.getCodeModel() ||
      name.starts_with("llvm."))
    return "a global variable of an unknown kind";
  bool isInstance = name == "swasm_main_state";
  // Its contents change, and other modules have the same.
  if (isInstance && (global.hasLocalLinkage() || global.isConstant()))
    return "an instance of the module's own";
  if (global.isDeclaration())
    return isInstance && global.getAlign().valueOrOne() <= instanceAlignment ? nullptr
                                                                              : "a global variable of somebody else";
  // If the instance is not static, a host loads the module, and its descriptor has a name of its own.
  bool isCounter = global.getSection() == "swasm_profile";
  bool isKnown = isInstance || name == "swasm_main_program" || !instance.description.static_instance ||
                 (isCounter && isNumbered(name, "swasm_profile_f"));
  if (!global.hasLocalLinkage() && !isKnown)
    return "a global variable that others can see";
  return !global.hasSection() || isCounter ? nullptr : "a global variable in an unknown section";
}

const char *checkFunction(const Function &function) {
  if (function.isIntrinsic())
    return function.getIntrinsicID() == Intrinsic::not_intrinsic ? "an intrinsic that is not known" : nullptr;
  if (isOfStrangeKind(function) || function.hasSection() || function.hasGC() || function.hasPrefixData() ||
      function.hasPrologueData())
    return "a function of an unknown kind";
  auto *personality =
      function.hasPersonalityFn() ? dyn_cast<Function>(function.getPersonalityFn()->stripPointerCasts()) : nullptr;
  if (function.hasPersonalityFn() &&
      (!personality || !personality->isDeclaration() || personality->getName() != "swasm_personality"))
    return "a function with another personality";
  return nullptr;
}

} // namespace

const char *checkModule(const Module &module, const Instance &instance) {
  if (!isLayoutKnown(module))
    return "a data layout that is not known";
  if (!module.getModuleInlineAsm().empty())
    return "assembly";
  if (!module.ifunc_empty() || !module.alias_empty())
    return "an alias or an ifunc";
  for (const GlobalVariable &global : module.globals())
    if (const char *reason = checkVariable(global, instance))
      return reason;
  for (const Function &function : module)
    if (const char *reason = checkFunction(function))
      return reason;
  bool isDebugInfoBroken = false;
  return verifyModule(module, nullptr, &isDebugInfoBroken) ? "code that is not well-formed" : nullptr;
}

} // namespace isolation
