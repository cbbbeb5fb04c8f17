// RestoreShadowStack. ShadowStack.h says why it exists and when it is allowed.
#include "ShadowStack.h"

#include "CGuestIR.h"
#include "ColdCode.h"
#include "memory/GuestAccess.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace swasm {
namespace {

/// The global that holds the pointer: its address, and its type.
struct Cell {
  const Value *address = nullptr;
  Type *type = nullptr;

  bool isRead(const Instruction &instruction) const {
    auto *load = dyn_cast<LoadInst>(&instruction);
    return load && load->getPointerOperand() == address;
  }

  bool isWritten(const Instruction &instruction) const {
    auto *store = dyn_cast<StoreInst>(&instruction);
    return store && store->getPointerOperand() == address;
  }
};

/// The content of the cell at a point of a function: the value `base` plus a constant. Without a base: its
/// content at the function's entry plus the constant.
struct Content {
  enum Kind { unreached, known, unknown } kind = unreached;
  const Value *base = nullptr;
  uint64_t offset = 0;

  static Content atEntry() { return {known, nullptr, 0}; }
  bool isAtEntry() const { return *this == atEntry(); }
  bool operator==(const Content &other) const {
    return kind == other.kind && base == other.base && offset == other.offset;
  }
};

/// The contents of the cell at each point of a function.
class Contents {
public:
  Contents(Function &function, const Cell &cell) : cell(cell), order(&function) {
    before[&function.getEntryBlock()] = Content::atEntry();
    // The analysis takes one or two rounds more than the depth of nested loops, which can be huge in a
    // hostile function.
    constexpr unsigned mostRounds = 32;
    unsigned round = 0;
    while (round < mostRounds && spread())
      round++;
    if (round == mostRounds)
      forget(function);
  }

  /// Calls `see` with each instruction and the content of the cell before it.
  template <typename See> void visitAll(See see) {
    for (BasicBlock *block : order)
      visit(*block, see);
  }

  /// Whether `instruction` stores to the cell the content that it already has: `now`.
  bool isNeedless(const Instruction &instruction, const Content &now) {
    return now.kind == Content::known && cell.isWritten(instruction) &&
           contentOf(*cast<StoreInst>(instruction).getValueOperand()) == now;
  }

private:
  const Cell &cell;
  ReversePostOrderTraversal<Function *> order;
  DenseMap<const BasicBlock *, Content> before;
  DenseMap<const Value *, Content> loaded;

  /// Carries the known content from each block to its successors. False if nothing changed.
  bool spread() {
    bool changed = false;
    for (BasicBlock *block : order) {
      Content after = visit(*block, [](Instruction &, const Content &) {});
      for (BasicBlock *next : successors(block))
        changed |= merge(before[next], after);
    }
    return changed;
  }

  void forget(const Function &function) {
    for (BasicBlock *block : order)
      if (block != &function.getEntryBlock())
        before[block] = {Content::unknown, nullptr, 0};
  }

  template <typename See> Content visit(BasicBlock &block, See see) {
    Content now = before[&block];
    for (Instruction &instruction : block) {
      see(instruction, now);
      if (cell.isRead(instruction))
        loaded[&instruction] = now;
      else if (cell.isWritten(instruction))
        now = contentOf(*cast<StoreInst>(instruction).getValueOperand());
    }
    return now;
  }

  /// The content of the cell after a store of `value`.
  Content contentOf(const Value &value) {
    const Value *base = &value;
    uint64_t offset = 0;
    // Compilers make shorter chains. A hostile module may chain as many sums as it has room for.
    for (unsigned step = 0; step < 16; step++) {
      auto *call = dyn_cast<CallBase>(base);
      if (const Value *argument = call ? call->getReturnedArgOperand() : nullptr) {
        base = argument;
        continue;
      }
      auto *sum = dyn_cast<BinaryOperator>(base);
      auto *constant = sum ? dyn_cast<ConstantInt>(sum->getOperand(1)) : nullptr;
      if (!constant || (sum->getOpcode() != Instruction::Add && sum->getOpcode() != Instruction::Sub))
        break;
      uint64_t amount = constant->getZExtValue();
      offset += sum->getOpcode() == Instruction::Add ? amount : -amount;
      base = sum->getOperand(0);
    }
    Content content = {Content::known, base, offset};
    if (auto found = loaded.find(base); found != loaded.end() && found->second.kind == Content::known) {
      content = found->second;
      content.offset += offset;
    }
    content.offset &= maxUIntN(cell.type->getIntegerBitWidth());
    return content;
  }

  /// Contents change in this order only: unreached, known, unknown. Returns whether this one did.
  static bool merge(Content &into, const Content &other) {
    Content old = into;
    if (into.kind == Content::unreached)
      into = other;
    else if (!(into == other))
      into = {Content::unknown, nullptr, 0};
    return !(into == old);
  }
};

/// Whether a function is guest code. Other functions have C's convention: only the runtime calls them.
bool isGuests(const Function &function) {
  return !function.isDeclaration() && function.getCallingConv() != CallingConv::C;
}

SmallVector<BasicBlock *, 8> landingPads(Function &function) {
  SmallVector<BasicBlock *, 8> pads;
  for (BasicBlock &block : function)
    if (block.isLandingPad())
      pads.push_back(&block);
  return pads;
}

bool isThrow(const Instruction &instruction) {
  auto *call = dyn_cast<CallInst>(&instruction);
  return call && call->getCalledFunction() && call->getCalledFunction()->getName() == SWASM_IR_THROW;
}

/// Whether `instruction` may call a guest function. A runtime function that guest code calls never calls
/// back.
bool callsGuest(const Instruction &instruction) {
  auto *call = dyn_cast<CallBase>(&instruction);
  return call && !(call->getCalledFunction() && call->getCalledFunction()->isDeclaration());
}

/// If `function` returns one of its arguments, marks its calls so that LLVM knows which. Compiled code may
/// use the result of a memset as the address of its frame.
void markReturned(Function &function) {
  Value *returned = nullptr;
  for (BasicBlock &block : function) {
    auto *end = dyn_cast<ReturnInst>(block.getTerminator());
    if (!end)
      continue;
    Value *value = end->getReturnValue();
    auto *phi = dyn_cast_or_null<PHINode>(value);
    if (Value *same = phi ? phi->hasConstantValue() : nullptr)
      value = same;
    if (returned && returned != value)
      return;
    returned = value;
  }
  if (auto *argument = dyn_cast_or_null<Argument>(returned))
    argument->addAttr(Attribute::Returned);
}

class Restorer {
public:
  explicit Restorer(Module &module) : module(module) {}

  /// Whether exceptions may reset the pointer in this program.
  bool find() { return isWhole() && findCell() && handlersOverwrite() && functionsPreserve() && isWorthIt(); }

  /// The pointer's offset in the program's state; none if it is elsewhere.
  std::optional<uint64_t> offset() const {
    const Value *base = stripped(cell.address).first;
    return base == module.getNamedValue(SWASM_IR_STATE) ? std::optional(stripped(cell.address).second) : std::nullopt;
  }

  unsigned bits() const { return cell.type->getIntegerBitWidth(); }

  /// Takes over what was found in the whole program. False if no function of this module writes to the
  /// pointer.
  bool adopt(swasm_shadow_stack stack) {
    for (Function &function : module)
      for (Instruction &instruction : instructions(function))
        if (auto *store = dyn_cast<StoreInst>(&instruction); store && isPointerCell(*store) && isAt(*store, stack)) {
          cell = {store->getPointerOperand(), store->getValueOperand()->getType()};
          findWriters([](Function &, Contents &) { return true; });
          return true;
        }
    return false;
  }

  void restore() {
    for (auto &[function, contents] : writers)
      restore(*function, *contents);
  }

private:
  Module &module;
  Cell cell;
  MapVector<Function *, std::unique_ptr<Contents>> writers;

  std::pair<const Value *, uint64_t> stripped(const Value *address) const {
    APInt offset(module.getDataLayout().getIndexTypeSizeInBits(address->getType()), 0);
    const Value *base = address->stripAndAccumulateConstantOffsets(module.getDataLayout(), offset, true);
    return {base, offset.getZExtValue()};
  }

  bool isAt(const StoreInst &store, swasm_shadow_stack stack) const {
    auto [base, offset] = stripped(store.getPointerOperand());
    return base == module.getNamedValue(SWASM_IR_STATE) && offset == stack.offset &&
           store.getValueOperand()->getType()->isIntegerTy(stack.bits);
  }

  /// Whether the module has all code that may run. A partition does not: its functions are visible to the
  /// others.
  bool isWhole() {
    return all_of(module, [](const Function &function) {
      if (function.isDeclaration())
        return function.getCallingConv() == CallingConv::C;
      return !isGuests(function) || function.hasInternalLinkage();
    });
  }

  /// Finds the cell: the first global to which a handler stores.
  bool findCell() {
    return any_of(module, [&](Function &function) { return findCell(function); }) && isOnlyAccessedWhole();
  }

  bool findCell(Function &function) {
    SmallVector<BasicBlock *, 8> pads = landingPads(function);
    Blocks handlers = reached(pads, [](BasicBlock *) { return true; });
    handlers.insert(pads.begin(), pads.end());
    for (BasicBlock &block : function)
      if (handlers.contains(&block))
        for (Instruction &instruction : block)
          if (auto *store = dyn_cast<StoreInst>(&instruction); store && isPointerCell(*store)) {
            cell = {store->getPointerOperand(), store->getValueOperand()->getType()};
            return true;
          }
    return false;
  }

  /// A global of the module that could be its stack pointer.
  bool isPointerCell(const StoreInst &store) {
    Type *type = store.getValueOperand()->getType();
    return accessesMemory(store, SWASM_IR_GLOBAL) && isa<Constant>(store.getPointerOperand()) &&
           (type->isIntegerTy(32) || type->isIntegerTy(64)) && store.isSimple();
  }

  /// Whether the cell is read and written by simple loads and stores of its type, and nothing else is done
  /// with it.
  bool isOnlyAccessedWhole() {
    return all_of(cell.address->users(), [&](const User *user) {
      auto *instruction = dyn_cast<Instruction>(user);
      if (!instruction)
        return false;
      if (auto *store = dyn_cast<StoreInst>(instruction))
        return cell.isWritten(*store) && store->isSimple() && store->getValueOperand()->getType() == cell.type;
      auto *load = dyn_cast<LoadInst>(instruction);
      return load && load->isSimple() && load->getType() == cell.type;
    });
  }

  bool handlersOverwrite() {
    return all_of(module, [&](Function &function) { return handlersOverwrite(function); });
  }

  /// Whether every path from a landing pad stores to the cell, throws or traps before anything else can read
  /// it.
  bool handlersOverwrite(Function &function) {
    SmallVector<BasicBlock *, 8> open = landingPads(function);
    Blocks seen(open.begin(), open.end());
    while (!open.empty()) {
      BasicBlock *block = open.pop_back_val();
      bool ends = false;
      for (Instruction &instruction : *block) {
        ends = cell.isWritten(instruction);
        if (ends)
          break;
        if (cell.isRead(instruction) || callsGuest(instruction) || isa<ReturnInst>(instruction))
          return false;
      }
      if (ends)
        continue;
      for (BasicBlock *next : successors(block))
        if (seen.insert(next))
          open.push_back(next);
    }
    return true;
  }

  bool functionsPreserve() {
    return findWriters([](Function &, Contents &contents) {
      bool preserves = true;
      contents.visitAll([&](Instruction &instruction, const Content &now) {
        preserves &= !isa<ReturnInst>(instruction) || now.isAtEntry();
      });
      return preserves;
    });
  }

  /// Finds the guest functions that write to the cell. False if one of them is not accepted.
  template <typename Accept> bool findWriters(Accept accepts) {
    for (Function &function : module)
      markReturned(function);
    for (Function &function : module) {
      bool writes = any_of(instructions(function), [&](Instruction &each) { return cell.isWritten(each); });
      if (!writes || !isGuests(function))
        continue;
      auto contents = std::make_unique<Contents>(function, cell);
      if (!accepts(function, *contents))
        return false;
      writers.insert({&function, std::move(contents)});
    }
    return true;
  }

  /// Whether some store can be removed. In handlers of setjmp none can: they load the stored value from
  /// memory.
  bool isWorthIt() {
    bool found = false;
    for (auto &writer : writers)
      writer.second->visitAll([&](Instruction &instruction, const Content &now) {
        found |= writer.second->isNeedless(instruction, now);
      });
    return found;
  }

  /// Makes exceptions leave `function` with the cell as it was at entry, and drops stores that change
  /// nothing.
  void restore(Function &function, Contents &contents) {
    SmallVector<CallInst *, 16> calls, throws;
    SmallVector<Instruction *, 8> needless;
    contents.visitAll([&](Instruction &instruction, const Content &now) {
      if (contents.isNeedless(instruction, now))
        needless.push_back(&instruction);
      auto *call = dyn_cast<CallInst>(&instruction);
      if (!call || now.isAtEntry() || call->doesNotThrow() || isa<IntrinsicInst>(call))
        return;
      (isThrow(*call) ? throws : calls).push_back(call);
    });
    for (Instruction *store : needless)
      store->eraseFromParent();
    if (calls.empty() && throws.empty())
      return;
    auto *atEntry = new LoadInst(cell.type, address(), "shadow", function.getEntryBlock().getFirstInsertionPt());
    for (CallInst *call : throws)
      new StoreInst(atEntry, address(), call->getIterator());
    if (calls.empty())
      return;
    BasicBlock *pad = addPad(function, *atEntry);
    for (CallInst *call : calls)
      changeToInvokeAndSplitBasicBlock(call, pad);
  }

  /// The personality function. It is declared here, because a partition without handlers does not declare it.
  Function *personality() {
    auto *type = FunctionType::get(Type::getVoidTy(module.getContext()), false);
    auto *function = cast<Function>(module.getOrInsertFunction(SWASM_IR_PERSONALITY, type).getCallee());
    function->setVisibility(GlobalValue::HiddenVisibility);
    return function;
  }

  Value *address() { return const_cast<Value *>(cell.address); }

  BasicBlock *addPad(Function &function, Value &atEntry) {
    LLVMContext &context = module.getContext();
    if (!function.hasPersonalityFn())
      function.setPersonalityFn(personality());
    auto *block = BasicBlock::Create(context, "leaving", &function);
    auto *type = StructType::get(PointerType::get(context, 0), Type::getInt32Ty(context));
    auto *pad = LandingPadInst::Create(type, 0, "thrown", block);
    pad->setCleanup(true);
    new StoreInst(&atEntry, address(), block);
    ResumeInst::Create(pad, block);
    return block;
  }
};

} // namespace

PreservedAnalyses RestoreShadowStack::run(Module &module, ModuleAnalysisManager &) {
  Restorer restorer(module);
  if (!(stack.bits ? restorer.adopt(stack) : restorer.find()))
    return PreservedAnalyses::all();
  restorer.restore();
  return PreservedAnalyses::none();
}

void lowerResumes(Module &module) {
  SmallVector<ResumeInst *, 16> resumes;
  for (Function &function : module)
    for (BasicBlock &block : function)
      if (auto *resume = dyn_cast<ResumeInst>(block.getTerminator()))
        resumes.push_back(resume);
  if (resumes.empty())
    return;
  LLVMContext &context = module.getContext();
  auto *type = FunctionType::get(Type::getVoidTy(context), PointerType::get(context, 0), false);
  FunctionCallee thrower = module.getOrInsertFunction(SWASM_IR_THROW, type);
  cast<Function>(thrower.getCallee())->setVisibility(GlobalValue::HiddenVisibility);
  for (ResumeInst *resume : resumes) {
    auto *exception = ExtractValueInst::Create(resume->getValue(), 0, "exception", resume->getIterator());
    auto *call = CallInst::Create(thrower, exception, "", resume->getIterator());
    call->setDoesNotReturn();
    call->addFnAttr(Attribute::Cold);
    new UnreachableInst(context, resume->getIterator());
    resume->eraseFromParent();
  }
}

swasm_shadow_stack findShadowStack(Module &module) {
  Restorer restorer(module);
  if (!restorer.find())
    return {};
  std::optional<uint64_t> offset = restorer.offset();
  return offset ? swasm_shadow_stack{*offset, restorer.bits()} : swasm_shadow_stack{};
}

} // namespace swasm
