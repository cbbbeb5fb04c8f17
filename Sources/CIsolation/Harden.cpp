// Removes facts that are not proven; see Harden.h.
#include "Harden.h"

#include "Operands.h"
#include "UndefinedLanes.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace isolation {

bool endsSafely(const UnreachableInst &end) {
  auto *call = dyn_cast_or_null<CallInst>(end.getPrevNode());
  const Function *callee = call ? call->getCalledFunction() : nullptr;
  if (!callee)
    return false;
  Intrinsic::ID id = callee->getIntrinsicID();
  return id == Intrinsic::trap || id == Intrinsic::ubsantrap ||
         (callee->isDeclaration() && (callee->getName() == "swasm_throw" || callee->getName() == "swasm_unknown_import"));
}

namespace {

/// Whether a function or a call may keep the attribute.
bool isHarmless(const Attribute &attribute) {
  if (attribute.isStringAttribute()) {
    StringRef kind = attribute.getKindAsString();
    return kind == "probe-stack" || kind == "disable-tail-calls" || kind == "frame-pointer" || kind == "tune-cpu";
  }
  switch (attribute.getKindAsEnum()) {
  case Attribute::AlwaysInline:
  case Attribute::Cold:
  case Attribute::Hot:
  case Attribute::InlineHint:
  case Attribute::MinSize:
  case Attribute::NoInline:
  case Attribute::NoMerge:
  case Attribute::NoUnwind:
  case Attribute::OptimizeForSize:
  case Attribute::OptimizeNone:
  case Attribute::UWTable: return true;
  default: return false;
  }
}

/// The harmless attributes of a function or call itself, without those of its parameters and its result.
AttributeList harmless(LLVMContext &context, const AttributeList &attributes) {
  AttrBuilder kept(context);
  for (const Attribute &attribute : attributes.getFnAttrs())
    if (isHarmless(attribute))
      kept.addAttribute(attribute);
  return AttributeList::get(context, AttributeList::FunctionIndex, kept);
}

/// Whether a tag says, or may say, "this memory never changes". Such a tag would allow a second read later.
bool isImmutable(const MDNode &tag) {
  return tag.getNumOperands() != 3 || !isa<MDNode>(tag.getOperand(0)) || !isa<MDNode>(tag.getOperand(1));
}

void stripMetadata(Instruction &instruction) {
  const Value *pointer = getLoadStorePointerOperand(&instruction);
  if (!pointer || pointer->getType()->getPointerAddressSpace() != guestAddressSpace) {
    // A memory's base is read again rather than spilled. The checker proves that the load reads one.
    auto *type = dyn_cast<PointerType>(instruction.getType());
    bool isBase = isa<LoadInst>(instruction) && type && type->getAddressSpace() == guestAddressSpace;
    SmallVector<unsigned, 2> kept = {LLVMContext::MD_prof};
    if (isBase)
      kept.push_back(LLVMContext::MD_invariant_load);
    instruction.dropUnknownNonDebugMetadata(kept);
    return;
  }
  instruction.dropUnknownNonDebugMetadata(
      {LLVMContext::MD_prof, LLVMContext::MD_tbaa, LLVMContext::MD_alias_scope, LLVMContext::MD_noalias});
  if (MDNode *tag = instruction.getMetadata(LLVMContext::MD_tbaa); tag && isImmutable(*tag))
    instruction.setMetadata(LLVMContext::MD_tbaa, nullptr);
}

void strip(Instruction &instruction) {
  instruction.dropPoisonGeneratingFlags();
  if (isa<FPMathOperator>(instruction))
    instruction.copyFastMathFlags(FastMathFlags());
  if (instruction.hasMetadataOtherThanDebugLoc())
    stripMetadata(instruction);
  // If its size is not a power of two, code generation may read more bytes when its alignment shows that this
  // cannot cross a page.
  if (auto *load = dyn_cast<LoadInst>(&instruction)) {
    TypeSize size = load->getDataLayout().getTypeStoreSize(load->getType());
    if (size.isScalable() || !isPowerOf2_64(size.getFixedValue()))
      load->setAlignment(Align(1));
  }
}

/// Removes the assumptions of an intrinsic. The alignment of its accesses stays, because it decides which
/// instructions are used.
void stripIntrinsic(IntrinsicInst &call) {
  switch (call.getIntrinsicID()) {
  case Intrinsic::ctlz:
  case Intrinsic::cttz:
  case Intrinsic::experimental_cttz_elts:
  case Intrinsic::abs: call.setArgOperand(1, ConstantInt::getFalse(call.getContext())); break;
  default: break;
  }
  LLVMContext &context = call.getContext();
  AttributeList kept = harmless(context, call.getAttributes());
  for (unsigned i = 0; i < call.arg_size(); i++)
    if (MaybeAlign align = call.getParamAlign(i); align && call.getArgOperand(i)->getType()->isPtrOrPtrVectorTy())
      kept = kept.addParamAttribute(context, i, Attribute::getWithAlignment(context, *align));
  call.setAttributes(kept);
}

void stripCall(CallBase &call) {
  if (auto *intrinsic = dyn_cast<IntrinsicInst>(&call))
    return stripIntrinsic(*intrinsic);
  if (auto *plain = dyn_cast<CallInst>(&call); plain && plain->getTailCallKind() == CallInst::TCK_Tail)
    plain->setTailCallKind(CallInst::TCK_None);
  call.setAttributes(harmless(call.getContext(), call.getAttributes()));
}

/// Makes literal undef and poison 0. They, and all values computed from them, may be another value at each
/// use.
void settle(Instruction &instruction) {
  settleLanes(instruction);
  if (isa<ShuffleVectorInst, LandingPadInst>(instruction))
    return;
  for (Use &use : instruction.operands())
    if (auto *constant = dyn_cast<Constant>(use.get());
        constant && !(isa<InsertElementInst>(instruction) && use.getOperandNo() == 0))
      use.set(settled(*constant));
}

/// Reads a number that is not whole bytes as whole bytes, and cuts off the bits above it, whatever they are.
void readWholeBytes(LoadInst &load) {
  auto *type = dyn_cast<IntegerType>(load.getType());
  if (!type || type->getBitWidth() % 8 == 0)
    return;
  IRBuilder<> builder(&load);
  Type *whole = builder.getIntNTy(unsigned(alignTo(type->getBitWidth(), 8)));
  LoadInst *read = builder.CreateAlignedLoad(whole, load.getPointerOperand(), load.getAlign(), load.isVolatile());
  read->setAtomic(load.getOrdering(), load.getSyncScopeID());
  read->copyMetadata(load);
  load.replaceAllUsesWith(builder.CreateTrunc(read, type));
  load.eraseFromParent();
}

void trapAt(Instruction &end) {
  IRBuilder<> builder(&end);
  builder.SetCurrentDebugLocation(end.getDebugLoc());
  CallInst *trap = builder.CreateIntrinsic(Intrinsic::trap, {});
  trap->setDoesNotReturn();
}

void hardenBlock(BasicBlock &block) {
  for (Instruction &instruction : make_early_inc_range(block)) {
    // Slots that do not live at the same time would share a place.
    auto *intrinsic = dyn_cast<IntrinsicInst>(&instruction);
    if (isa<AssumeInst>(instruction) || (intrinsic && intrinsic->isLifetimeStartOrEnd())) {
      instruction.eraseFromParent();
      continue;
    }
    strip(instruction);
    settle(instruction);
    settleAmount(instruction);
    if (auto *call = dyn_cast<CallBase>(&instruction))
      stripCall(*call);
    else if (auto *load = dyn_cast<LoadInst>(&instruction))
      readWholeBytes(*load);
  }
  if (auto *end = dyn_cast<UnreachableInst>(block.getTerminator()); end && !endsSafely(*end))
    trapAt(*end);
}

/// Strips metadata and attributes that are not in functions.
void stripModule(Module &module) {
  for (NamedMDNode &list : make_early_inc_range(module.named_metadata()))
    if (list.getName() != "llvm.dbg.cu" && list.getName() != "llvm.module.flags" && list.getName() != "llvm.ident")
      module.eraseNamedMetadata(&list);
  SmallVector<Module::ModuleFlagEntry, 8> flags;
  module.getModuleFlagsMetadata(flags);
  if (NamedMDNode *list = module.getModuleFlagsMetadata())
    module.eraseNamedMetadata(list);
  for (const Module::ModuleFlagEntry &flag : flags) {
    StringRef key = flag.Key->getString();
    if (key == "Debug Info Version" || key == "Dwarf Version" || key == "ProfileSummary")
      module.addModuleFlag(flag.Behavior, key, flag.Val);
  }
  for (GlobalVariable &global : module.globals()) {
    global.eraseMetadataIf([](unsigned kind, MDNode *) { return kind != LLVMContext::MD_dbg; });
    global.setAttributes({});
    if (global.hasInitializer())
      global.setInitializer(settled(*global.getInitializer()));
  }
}

} // namespace

void harden(Module &module) {
  LLVMContext &context = module.getContext();
  stripModule(module);
  for (Function &function : module) {
    function.eraseMetadataIf([](unsigned kind, MDNode *) {
      return kind != LLVMContext::MD_dbg && kind != LLVMContext::MD_prof;
    });
    if (Intrinsic::ID id = function.getIntrinsicID()) {
      function.setAttributes(Intrinsic::getAttributes(context, id, function.getFunctionType()));
      continue;
    }
    function.setAttributes(harmless(context, function.getAttributes()));
    // A frame may be larger than its slots together, so every function probes its stack.
    if (!function.isDeclaration())
      function.addFnAttr("probe-stack", "inline-asm");
    for (BasicBlock &block : function)
      hardenBlock(block);
    settleDivisors(function);
  }
}

} // namespace isolation
