// Tarjan's algorithm without recursion (LLVM's scc_iterator) finds the components, callees first. So the
// weight of a callee in another component is known when a caller needs it. Inside a component functions are
// ordered by size.
#include "InlineBudget.h"
#include "LoopBudget.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/GraphTraits.h"
#include "llvm/ADT/SCCIterator.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace {

/// The largest callee that LLVM may inline, in instructions, with all that may be inlined into it. LLVM's
/// threshold is about 50, or more for constant arguments, and optimising halves the code that Lowering makes.
constexpr uint64_t mostForACall = 200;
/// The same for moving a function into the only one that calls it.
constexpr uint64_t mostForTheOnlyCall = 3000;
/// The most loops that may come into one function from others. LoopBudget.h says why they are counted.
constexpr uint64_t mostLoopsBrought = 64;
/// LLVM visits all functions of a component each time that a call in it disappears. This is the most such
/// visits for a component.
constexpr uint64_t mostLooks = 1 << 24;
/// The most calls of a callee that are examined. A function with more counts as one that may call anything.
constexpr unsigned mostCallsLookedAt = 8;

/// The attribute of calls that are indirect at first.
constexpr StringLiteral wasIndirect("swasm-was-indirect");

struct Node;

struct Edge {
  CallBase *call;
  Node *callee;
};

struct Node {
  Function *function = nullptr;
  std::vector<Edge> edges;
  uint64_t size = 0;
  unsigned index = 0;
  unsigned component = 0;
  /// The caller that has the only call. Functions that may be moved into one function in this way are a
  /// group. The one that others call stands for the group.
  Node *onlyCaller = nullptr;
  Node *group = this;
  /// For a group: the size of its functions, and that size with all that may be inlined.
  uint64_t groupSize = 0, weight = 0;
  /// The loops of a group with those that may be inlined, and the latter alone.
  uint64_t loops = 0, loopsBrought = 0;
};

/// All functions of a module, and a root that calls each.
struct Calls {
  std::vector<Node> nodes;
  Node root;
  unsigned components = 0;

  explicit Calls(Module &module);
};

uint64_t sizeOf(const Function &function) {
  uint64_t size = 0;
  for (const Instruction &instruction : instructions(function))
    if (!isa<PHINode, DbgInfoIntrinsic>(instruction))
      size++;
  return size;
}

Calls::Calls(Module &module) : nodes(module.size()) {
  DenseMap<const Function *, Node *> nodeOf;
  unsigned index = 0;
  for (Function &function : module) {
    Node &node = nodes[index];
    node.index = index++;
    node.function = &function;
    node.groupSize = node.size = sizeOf(function);
    node.loops = swasm::loweredLoops(function);
    nodeOf[&function] = &node;
    root.edges.push_back({nullptr, &node});
  }
  for (Node &node : nodes)
    for (Instruction &instruction : instructions(*node.function)) {
      auto *call = dyn_cast<CallBase>(&instruction);
      if (!call || call->isInlineAsm())
        continue;
      Function *callee = call->getCalledFunction();
      if (!callee) {
        // The inliner also inlines calls that become direct while it copies a body. This keeps it from these
        // calls.
        call->addFnAttr(Attribute::get(module.getContext(), wasIndirect));
        call->setIsNoInline();
      } else if (!callee->isDeclaration())
        node.edges.push_back({call, nodeOf[callee]});
    }
}

struct Callee {
  Node *operator()(const Edge &edge) const { return edge.callee; }
};

} // namespace

namespace llvm {
template <> struct GraphTraits<Calls *> {
  using NodeRef = Node *;
  using ChildIteratorType = mapped_iterator<std::vector<Edge>::iterator, Callee>;
  static NodeRef getEntryNode(Calls *calls) { return &calls->root; }
  static ChildIteratorType child_begin(NodeRef node) { return {node->edges.begin(), Callee()}; }
  static ChildIteratorType child_end(NodeRef node) { return {node->edges.end(), Callee()}; }
};
} // namespace llvm

namespace {

/// The functions of one component, and what may be inlined among them.
class Component {
public:
  Component(ArrayRef<Node *> nodes, unsigned number) : nodes(nodes), number(number), left(mostLooks / nodes.size()) {
    for (Node *node : nodes)
      node->component = number;
  }

  void decide() {
    findOnlyCallers();
    for (Node *node : nodes)
      join(node);
    for (Node *node : nodes)
      node->group = groupOf(node);
    std::vector<Node *> ordered(nodes.begin(), nodes.end());
    // Functions of a group stand together; the groups are ordered by size.
    sort(ordered, [](const Node *a, const Node *b) {
      return std::tuple(a->group->groupSize, a->group->index, a->index) <
             std::tuple(b->group->groupSize, b->group->index, b->index);
    });
    for (Node *node : ordered)
      weigh(node);
  }

private:
  ArrayRef<Node *> nodes;
  unsigned number;
  /// The number of calls that may still be inlined.
  uint64_t left;

  bool isInside(const Node *node) const { return node->component == number; }

  void findOnlyCallers() {
    for (Node *node : nodes)
      for (Edge &edge : node->edges)
        if (isInside(edge.callee) && edge.callee != node && edge.callee->function->hasLocalLinkage() &&
            edge.callee->function->hasOneUse())
          edge.callee->onlyCaller = node;
  }

  /// Puts a function that has one caller into its group, unless that would be more than LLVM moves.
  static void join(Node *node) {
    if (!node->onlyCaller)
      return;
    Node *inner = groupOf(node), *outer = groupOf(node->onlyCaller);
    if (inner == outer || inner->groupSize + outer->groupSize > mostForTheOnlyCall || !bringLoops(*outer, *inner))
      return;
    inner->group = outer;
    outer->groupSize += inner->groupSize;
  }

  static Node *groupOf(Node *node) {
    for (; node->group != node; node = node->group)
      node->group = node->group->group;
    return node;
  }

  void weigh(Node *node) {
    Node *group = node->group;
    group->weight += node->size;
    for (Edge &edge : node->edges) {
      Node *callee = edge.callee->group;
      if (!isInside(edge.callee)) {
        callOut(*group, edge);
        continue;
      }
      if (left > 0 && edge.callee->onlyCaller == node && callee == group) {
        left--;
        continue;
      }
      if (left > 0 && isBefore(callee, group) && callee->weight <= mostForACall && bringLoops(*group, *callee)) {
        group->weight += callee->weight;
        left--;
      } else if (edge.callee != node) {
        edge.call->setIsNoInline();
      }
    }
  }

  /// LLVM decides about a call out of the component, except for loops.
  static void callOut(Node &caller, Edge &edge) {
    const Node &callee = *edge.callee->group;
    bool isOnly = edge.callee->function->hasLocalLinkage() && edge.callee->function->hasOneUse();
    if (callee.weight > (isOnly ? mostForTheOnlyCall : mostForACall))
      return;
    if (!bringLoops(caller, callee))
      edge.call->setIsNoInline();
    else if (callee.weight <= mostForACall)
      caller.weight += callee.weight;
  }

  /// Whether a caller may get the loops of one more callee. Callees that LLVM does not inline count, too.
  static bool bringLoops(Node &caller, const Node &callee) {
    if (callee.loops == 0)
      return true;
    if (caller.loopsBrought + callee.loops > mostLoopsBrought)
      return false;
    caller.loopsBrought += callee.loops;
    caller.loops += callee.loops;
    return true;
  }

  static bool isBefore(const Node *a, const Node *b) {
    return std::tuple(a->groupSize, a->index) < std::tuple(b->groupSize, b->index);
  }
};

bool callsNothing(const Function &function, unsigned depth) {
  unsigned left = mostCallsLookedAt;
  for (const Instruction &instruction : instructions(function)) {
    auto *call = dyn_cast<CallBase>(&instruction);
    if (!call || isa<IntrinsicInst>(call) || call->isInlineAsm())
      continue;
    const Function *callee = call->getCalledFunction();
    if (!callee || depth == 0 || left-- == 0)
      return false;
    if (!callee->isDeclaration() && !callsNothing(*callee, depth - 1))
      return false;
  }
  return true;
}

} // namespace

namespace swasm {

PreservedAnalyses BudgetInlining::run(Module &module, ModuleAnalysisManager &) {
  Calls calls(module);
  unsigned number = 0;
  for (auto component = scc_begin(&calls); !component.isAtEnd(); ++component)
    if (component->front() != &calls.root)
      Component(*component, ++number).decide();
  // No analysis depends on the attributes of calls, so all results stay valid.
  return PreservedAnalyses::all();
}

PreservedAnalyses BudgetNewCalls::run(Function &function, FunctionAnalysisManager &) {
  for (Instruction &instruction : instructions(function)) {
    auto *call = dyn_cast<CallBase>(&instruction);
    if (!call || !call->getCalledFunction() || !call->getAttributes().hasFnAttr(wasIndirect))
      continue;
    call->removeFnAttr(wasIndirect);
    if (callsNothing(*call->getCalledFunction(), 1) && swasm::loweredLoops(*call->getCalledFunction()) == 0)
      call->removeFnAttr(Attribute::NoInline);
  }
  return PreservedAnalyses::all();
}

PreservedAnalyses BudgetNewCalls::run(LazyCallGraph::SCC &component, CGSCCAnalysisManager &, LazyCallGraph &,
                                      CGSCCUpdateResult &) {
  FunctionAnalysisManager unused;
  for (LazyCallGraph::Node &node : component)
    run(node.getFunction(), unused);
  return PreservedAnalyses::all();
}

void budgetInlining(PassBuilder &builder) {
  builder.registerPipelineEarlySimplificationEPCallback(
      [](ModulePassManager &passes, OptimizationLevel level, ThinOrFullLTOPhase) {
        if (level != OptimizationLevel::O0)
          passes.addPass(BudgetInlining());
      });
  builder.registerPeepholeEPCallback(
      [](FunctionPassManager &passes, OptimizationLevel) { passes.addPass(BudgetNewCalls()); });
  builder.registerCGSCCOptimizerLateEPCallback(
      [](CGSCCPassManager &passes, OptimizationLevel) { passes.addPass(BudgetNewCalls()); });
}

} // namespace swasm
