// What LLVM knows of processors by their names.
#include "CCodeGeneration.h"

#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

static std::unique_ptr<MCSubtargetInfo> processor(const char *triple, const char *name, const char *features) {
  std::string error;
  Triple machine(triple);
  const Target *target = TargetRegistry::lookupTarget(machine, error);
  return std::unique_ptr<MCSubtargetInfo>(target ? target->createMCSubtargetInfo(machine, name, features) : nullptr);
}

const char *swasm_processor_name(const char *triple, unsigned position) {
  auto known = processor(triple, "", "");
  if (!known)
    return nullptr;
  auto all = known->getAllProcessorDescriptions();
  return position < all.size() ? all[position].Key : nullptr;
}

bool swasm_processor_has(const char *triple, const char *name, const char *features, const char *feature) {
  auto known = processor(triple, name, features);
  return known && known->checkFeatures(std::string("+") + feature);
}
