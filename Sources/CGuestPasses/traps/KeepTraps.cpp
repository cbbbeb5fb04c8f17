// AddTouches, ResolveTouches, PinLoads and PinAccesses. KeepTraps.h says why they exist.
#include "KeepTraps.h"

#include "CGuestIR.h"
#include "memory/GuestAccess.h"
#include "pipeline/KeepingBlocks.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace swasm {
namespace {

/// The text of a touch's assembly, before the number of bytes. To an assembler it is a comment.
constexpr StringLiteral touchText = "# touch ";
/// How many instructions after a touch are searched for an access that covers it. Usually it is the next one.
constexpr unsigned lookAhead = 32;

/// For an instruction that reads guest memory and may lose its access: the place and the number of bytes. No
/// pointer for others. An atomic update that changes nothing is among them, because it becomes a fence.
std::pair<Value *, uint64_t> readOf(Instruction &instruction) {
  const DataLayout &layout = instruction.getDataLayout();
  if (isSimpleGuestLoad(instruction))
    return {getLoadStorePointerOperand(&instruction), accessBytes(instruction)};
  if (auto *update = dyn_cast<AtomicRMWInst>(&instruction); update && isGuestPointer(*update->getPointerOperand()))
    return {update->getPointerOperand(), layout.getTypeStoreSize(update->getType())};
  if (auto *exchange = dyn_cast<AtomicCmpXchgInst>(&instruction);
      exchange && isGuestPointer(*exchange->getPointerOperand()))
    return {exchange->getPointerOperand(), layout.getTypeStoreSize(exchange->getNewValOperand()->getType())};
  return {nullptr, 0};
}

void addTouch(Instruction &before, Value *pointer, uint64_t bytes) {
  IRBuilder<> builder(&before);
  builder.SetCurrentDebugLocation(before.getDebugLoc());
  auto *type = FunctionType::get(builder.getVoidTy(), {pointer->getType()}, false);
  std::string text = (touchText + Twine(bytes)).str();
  auto *touch = builder.CreateCall(InlineAsm::get(type, text, "r", /*hasSideEffects=*/true), {pointer});
  touch->setMemoryEffects(MemoryEffects::inaccessibleMemOnly());
  touch->setDoesNotThrow();
  touch->addFnAttr(Attribute::WillReturn);
}

/// A number of bytes from a place on.
struct Stretch {
  const Value *base;
  int64_t begin, end;

  bool reaches(const Stretch &other) const { return begin <= other.begin && other.end <= end; }
  bool covers(const Stretch &other) const { return base == other.base && reaches(other); }
};

Stretch stretchOf(const Value &pointer, uint64_t bytes, const DataLayout &layout) {
  GuestPlace place = placeOf(pointer, layout);
  return {place.base, place.offset, place.offset + int64_t(bytes)};
}

Stretch stretchOf(const Instruction &access) {
  return stretchOf(*getLoadStorePointerOperand(&access), accessBytes(access), access.getDataLayout());
}

/// A memory and a 32-bit index. In lowered code, each access computes its own address even of an equal pair.
using LoweredBase = std::pair<const Value *, const Value *>;

LoweredBase loweredBase(const Stretch &stretch) {
  if (auto *address = dyn_cast<GetElementPtrInst>(stretch.base); address && address->getNumIndices() == 1)
    if (auto *index = dyn_cast<ZExtInst>(address->getOperand(1)))
      return {address->getPointerOperand(), index->getOperand(0)};
  return {stretch.base, nullptr};
}

/// If some bits of memory are changed, code generation narrows the load and the store together, and looks
/// only at the store. Pins the stores of results that one or two logic operations make of `value`.
void keepStores(Value &value, unsigned operations) {
  for (User *user : value.users())
    if (auto *store = dyn_cast<StoreInst>(user)) {
      if (store->isSimple() && store->getValueOperand() == &value)
        store->setVolatile(true);
    } else if (auto *operation = dyn_cast<BinaryOperator>(user); operation && operation->isBitwiseLogicOp()) {
      if (operations > 0)
        keepStores(*operation, operations - 1);
    }
}

/// Adds a use of the whole value, without any machine code.
void addFakeUse(LoadInst &load) {
  IRBuilder<> builder(load.getNextNode());
  builder.SetCurrentDebugLocation(load.getDebugLoc());
  builder.CreateIntrinsic(builder.getVoidTy(), Intrinsic::fake_use, {&load});
}

/// Whether the value is used only by moves and conversions of lanes.
bool onlyLanesAreTaken(const Value &value) {
  return all_of(value.users(), [](const User *user) {
    return isa<TruncInst, ExtractElementInst, ShuffleVectorInst>(user) ||
           (isa<BitCastInst>(user) && onlyLanesAreTaken(*user));
  });
}

/// Makes code generation execute `access` in its whole width.
void keep(Instruction &access) {
  auto *load = dyn_cast<LoadInst>(&access);
  if (!load)
    return cast<StoreInst>(access).setVolatile(true);
  load->setVolatile(true);
  keepStores(*load, 2);
  // Instruction selection folds even a volatile vector load into a load that extends the vector's lower half.
  if (load->getType()->isVectorTy() && onlyLanesAreTaken(*load))
    addFakeUse(*load);
}

/// Whether the code after `instruction` may never run, or whether `instruction` must not run before a trap. A
/// plain store may, because memory is not seen after a trap.
bool isBarrier(const Instruction &instruction) {
  auto *call = dyn_cast<IntrinsicInst>(&instruction);
  if (touchedBytes(instruction) != 0 || (call && call->getIntrinsicID() == Intrinsic::fake_use))
    return false;
  if (isa<LoadInst, StoreInst>(instruction))
    return instruction.isAtomic();
  return instruction.isTerminator() || instruction.mayHaveSideEffects();
}

LoadInst *addLoad(Instruction &before, Value *pointer, uint64_t bytes) {
  IRBuilder<> builder(&before);
  builder.SetCurrentDebugLocation(before.getDebugLoc());
  return builder.CreateAlignedLoad(builder.getIntNTy(unsigned(bytes) * 8), pointer, Align(1), "touched");
}

/// Keeps the trap of an atomic update by a load before it.
void keepUpdate(Instruction &instruction) {
  if (isa<AtomicRMWInst, AtomicCmpXchgInst>(instruction))
    if (auto [pointer, bytes] = readOf(instruction); pointer)
      addLoad(instruction, pointer, bytes)->setVolatile(true);
}

class Resolver {
public:
  explicit Resolver(DominatorTree &dominators) : dominators(dominators) {}

  bool run();

private:
  struct Access {
    Instruction *instruction;
    Stretch stretch;
  };

  void resolveBlock(BasicBlock &block);
  void resolve(CallInst &touch);
  Instruction *dominatingAccess(const Stretch &wanted, bool isKept);
  Instruction *followingAccess(CallInst &touch, const Stretch &wanted);
  Instruction *makeAccess(CallInst &touch);
  void enter(Instruction &access);
  void leave(size_t mark);

  DominatorTree &dominators;
  /// The accesses that dominate the present place, by base, and the bases in the order in which they were
  /// entered.
  DenseMap<const Value *, SmallVector<Access, 4>> accesses;
  SmallVector<const Value *> entered;
  SmallVector<CallInst *> touches;
};

void Resolver::enter(Instruction &access) {
  Stretch stretch = stretchOf(access);
  accesses[stretch.base].push_back({&access, stretch});
  entered.push_back(stretch.base);
}

void Resolver::leave(size_t mark) {
  while (entered.size() > mark)
    accesses[entered.pop_back_val()].pop_back();
}

Instruction *Resolver::dominatingAccess(const Stretch &wanted, bool isKept) {
  auto found = accesses.find(wanted.base);
  if (found == accesses.end())
    return nullptr;
  unsigned seen = 0;
  for (const Access &access : reverse(found->second)) {
    if (access.instruction->isVolatile() == isKept && access.stretch.covers(wanted))
      return access.instruction;
    if (++seen == lookAhead)
      break;
  }
  return nullptr;
}

Instruction *Resolver::followingAccess(CallInst &touch, const Stretch &wanted) {
  unsigned seen = 0;
  for (Instruction *next = touch.getNextNode(); seen < lookAhead; next = next->getNextNode(), seen++) {
    if (isGuestAccess(*next) && stretchOf(*next).covers(wanted))
      return next;
    if (isBarrier(*next))
      return nullptr;
  }
  return nullptr;
}

Instruction *Resolver::makeAccess(CallInst &touch) {
  LoadInst *load = addLoad(touch, touch.getArgOperand(0), touchedBytes(touch));
  enter(*load);
  return load;
}

void Resolver::resolve(CallInst &touch) {
  touches.push_back(&touch);
  Stretch wanted = stretchOf(*touch.getArgOperand(0), touchedBytes(touch), touch.getDataLayout());
  if (dominatingAccess(wanted, /*isKept=*/true))
    return;
  Instruction *cover = followingAccess(touch, wanted);
  if (!cover)
    cover = dominatingAccess(wanted, /*isKept=*/false);
  if (!cover)
    cover = makeAccess(touch);
  keep(*cover);
}

void Resolver::resolveBlock(BasicBlock &block) {
  for (Instruction &instruction : block) {
    if (touchedBytes(instruction) != 0)
      resolve(cast<CallInst>(instruction));
    else if (isGuestAccess(instruction))
      enter(instruction);
  }
}

/// Walks the tree of dominators without recursion. A block's accesses count for what the block dominates.
bool Resolver::run() {
  struct Step {
    DomTreeNode *node; // nullptr: a subtree is done
    size_t mark;
  };
  SmallVector<Step, 16> work{{dominators.getRootNode(), 0}};
  while (!work.empty()) {
    Step step = work.pop_back_val();
    if (!step.node) {
      leave(step.mark);
      continue;
    }
    work.push_back({nullptr, entered.size()});
    resolveBlock(*step.node->getBlock());
    for (DomTreeNode *child : step.node->children())
      work.push_back({child, 0});
  }
  for (CallInst *touch : touches)
    touch->eraseFromParent();
  return !touches.empty();
}

/// Removes touches in unreachable blocks. Such blocks are not in the dominator tree, and have no trap.
bool removeUnreachableTouches(Function &function, const DominatorTree &dominators) {
  bool changed = false;
  for (BasicBlock &block : function)
    if (!dominators.isReachableFromEntry(&block))
      for (Instruction &instruction : make_early_inc_range(block))
        if (touchedBytes(instruction) != 0) {
          instruction.eraseFromParent();
          changed = true;
        }
  return changed;
}

} // namespace

uint64_t touchedBytes(const Instruction &instruction) {
  auto *call = dyn_cast<CallInst>(&instruction);
  auto *assembly = call ? dyn_cast<InlineAsm>(call->getCalledOperand()) : nullptr;
  if (!assembly)
    return 0;
  StringRef text = assembly->getAsmString();
  uint64_t bytes = 0;
  return text.consume_front(touchText) && !text.getAsInteger(10, bytes) ? bytes : 0;
}

PreservedAnalyses AddTouches::run(Function &function, FunctionAnalysisManager &) {
  bool changed = false;
  // A memory never shrinks: what was touched before in the same block need not be touched again.
  DenseMap<LoweredBase, SmallVector<Stretch, 4>> touched;
  for (BasicBlock &block : function) {
    touched.clear();
    for (Instruction &instruction : block) {
      auto [pointer, bytes] = readOf(instruction);
      if (!pointer)
        continue;
      Stretch stretch = stretchOf(*pointer, bytes, instruction.getDataLayout());
      auto &known = touched[loweredBase(stretch)];
      if (any_of(known, [&](const Stretch &other) { return other.reaches(stretch); }))
        continue;
      if (known.size() < lookAhead)
        known.push_back(stretch);
      addTouch(instruction, pointer, bytes);
      changed = true;
    }
  }
  return keepingBlocks(changed);
}

PreservedAnalyses ResolveTouches::run(Function &function, FunctionAnalysisManager &analyses) {
  auto &dominators = analyses.getResult<DominatorTreeAnalysis>(function);
  bool changed = removeUnreachableTouches(function, dominators);
  changed |= Resolver(dominators).run();
  return keepingBlocks(changed);
}

PreservedAnalyses PinLoads::run(Function &function, FunctionAnalysisManager &) {
  for (Instruction &instruction : make_early_inc_range(instructions(function)))
    if (isSimpleGuestLoad(instruction))
      keep(instruction);
    else
      keepUpdate(instruction);
  return PreservedAnalyses::all();
}

PreservedAnalyses PinAccesses::run(Function &function, FunctionAnalysisManager &) {
  for (Instruction &instruction : make_early_inc_range(instructions(function))) {
    auto *store = dyn_cast<StoreInst>(&instruction);
    keepUpdate(instruction);
    // Globals and tables are seen after a trap, like memory, but reading them never traps.
    if (isSimpleGuestLoad(instruction) ||
        (store && (isGuestAccess(*store) || accessesMemory(*store, SWASM_IR_GLOBAL) ||
                   accessesMemory(*store, SWASM_IR_TABLE_ELEMENT))))
      keep(instruction);
  }
  return PreservedAnalyses::all();
}

} // namespace swasm
