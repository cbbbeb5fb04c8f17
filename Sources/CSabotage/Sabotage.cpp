// Finds sites, and makes mutants as copies of a module.
#include "CSabotage.h"

#include "CGuestIR.h"
#include "Harmless.h"
#include "Mutation.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Transforms/Utils/Cloning.h"

#include <memory>
#include <string>
#include <vector>

using namespace llvm;
using namespace sabotage;

namespace sabotage {

bool Change::set(Instruction &instruction, unsigned operand, Value *value) {
  if (!value || instruction.getOperand(operand) == value)
    return false;
  instruction.setOperand(operand, value);
  return changed(instruction);
}

Value *Change::other(Instruction &at, Type *type, Value *than) {
  Function &function = *at.getFunction();
  DominatorTree tree(function);
  std::vector<Value *> choices;
  for (Argument &argument : function.args())
    if (argument.getType() == type && &argument != than)
      choices.push_back(&argument);
  for (Instruction &each : instructions(function))
    if (each.getType() == type && &each != than && &each != &at && tree.dominates(&each, &at))
      choices.push_back(&each);
  return choices.empty() ? nullptr : random.pick<Value *>(choices);
}

Value *Change::wide(Instruction &at, Value *than) {
  return other(at, Type::getInt64Ty(at.getContext()), than);
}

Value *Change::instanceOf(Function &function) {
  if (GlobalVariable *global = function.getParent()->getNamedGlobal(SWASM_IR_STATE))
    return global;
  if (!function.hasFnAttribute(guestAttribute) || function.arg_empty() || !function.getArg(0)->getType()->isPointerTy())
    return nullptr;
  return function.getArg(0);
}

} // namespace sabotage

namespace {

std::vector<Kind> allKinds() {
  std::vector<Kind> result;
  for (ArrayRef<Kind> kinds : {controlKinds(), valueKinds(), accessKinds()})
    result.insert(result.end(), kinds.begin(), kinds.end());
  return result;
}

const std::vector<Kind> &kinds() {
  static const std::vector<Kind> all = allKinds();
  return all;
}

/// The position of a function in its module, and of an instruction in its function.
struct Site {
  unsigned function, instruction;
};

template <typename Range> auto &at(Range &&range, unsigned position) {
  return *std::next(range.begin(), position);
}

template <typename Part> std::string textOf(const Part &part) {
  std::string text;
  raw_string_ostream(text) << part;
  return text;
}

} // namespace

struct swasm_sabotage {
  Module &module;
  ArrayRef<uint64_t> protectedOffsets;
  bool allGuarded;
  std::vector<std::vector<Site>> sites;
};

struct swasm_mutant {
  const swasm_sabotage &sabotage;
  std::unique_ptr<Module> module;
  Function *function = nullptr;
  SmallVector<Instruction *, 8> roots;
  std::string name, change, text;
};

size_t swasm_sabotage_kind_count(void) {
  return kinds().size();
}

const char *swasm_sabotage_kind_name(size_t kind) {
  return kinds()[kind].name;
}

bool swasm_sabotage_kind_is_harmful(size_t kind) {
  return kinds()[kind].isAlwaysHarmful;
}

swasm_sabotage *swasm_sabotage_create(LLVMModuleRef handle, const char *const *guestFunctions, size_t functionCount,
                                      const uint64_t *offsets, size_t offsetCount, bool allGuarded) {
  Module &module = *unwrap(handle);
  for (size_t i = 0; i < functionCount; i++)
    if (Function *function = module.getFunction(guestFunctions[i]))
      function->addFnAttr(guestAttribute);
  auto *result = new swasm_sabotage{module, {offsets, offsetCount}, allGuarded, {}};
  result->sites.resize(kinds().size());
  unsigned functionNumber = 0;
  for (Function &function : module) {
    unsigned number = 0;
    for (Instruction &instruction : instructions(function)) {
      for (size_t kind = 0; kind < kinds().size(); kind++)
        if (kinds()[kind].applies(instruction))
          result->sites[kind].push_back({functionNumber, number});
      number++;
    }
    functionNumber++;
  }
  return result;
}

void swasm_sabotage_free(swasm_sabotage *sabotage) {
  delete sabotage;
}

size_t swasm_sabotage_site_count(const swasm_sabotage *sabotage, size_t kind) {
  return sabotage->sites[kind].size();
}

swasm_mutant *swasm_sabotage_apply(const swasm_sabotage *sabotage, size_t kind, size_t number, uint64_t seed) {
  const Site &site = sabotage->sites[kind][number];
  auto mutant = std::make_unique<swasm_mutant>(swasm_mutant{*sabotage, CloneModule(sabotage->module), nullptr, {}, "", "", ""});
  mutant->function = &at(*mutant->module, site.function);
  Instruction &instruction = at(instructions(*mutant->function), site.instruction);
  mutant->name = mutant->function->getName().str();
  mutant->change = textOf(instruction);
  Change change{Random(seed), sabotage->protectedOffsets, {}};
  if (!kinds()[kind].apply(instruction, change) || verifyFunction(*mutant->function))
    return nullptr;
  mutant->roots = change.roots;
  return mutant.release();
}

void swasm_mutant_free(swasm_mutant *mutant) {
  delete mutant;
}

LLVMModuleRef swasm_mutant_module(const swasm_mutant *mutant) {
  return wrap(mutant->module.get());
}

const char *swasm_mutant_function(const swasm_mutant *mutant) {
  return mutant->name.c_str();
}

const char *swasm_mutant_change(const swasm_mutant *mutant) {
  return mutant->change.c_str();
}

const char *swasm_mutant_harmless(swasm_mutant *mutant) {
  return explain(*mutant->function, mutant->roots, mutant->sabotage.allGuarded);
}

const char *swasm_mutant_text(swasm_mutant *mutant) {
  mutant->text = "; before\n" + textOf(*mutant->sabotage.module.getFunction(mutant->name)) + "\n; after\n" +
                 textOf(*mutant->function) + "\n; changed\n";
  for (Instruction *root : mutant->roots)
    mutant->text += textOf(*root) + "\n";
  return mutant->text.c_str();
}
