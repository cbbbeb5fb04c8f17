// Hands LLVM's remarks on optimisations to a function, and other diagnostics to the handler that was there before.
#include "CCodeGeneration.h"

#include "llvm-c/Core.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/LLVMContext.h"

using namespace llvm;

namespace {

/// nullptr for what is no remark.
const char *kindOf(int kind) {
  switch (kind) {
  case DK_OptimizationRemark:
  case DK_MachineOptimizationRemark:
    return "passed";
  case DK_OptimizationRemarkMissed:
  case DK_MachineOptimizationRemarkMissed:
    return "missed";
  case DK_OptimizationRemarkAnalysis:
  case DK_OptimizationRemarkAnalysisFPCommute:
  case DK_OptimizationRemarkAnalysisAliasing:
  case DK_MachineOptimizationRemarkAnalysis:
    return "analysis";
  case DK_OptimizationFailure:
    return "failure";
  default:
    return nullptr;
  }
}

struct RemarkHandler : DiagnosticHandler {
  swasm_take_remark take;
  void *sink;

  RemarkHandler(const DiagnosticHandler &before, swasm_take_remark take, void *sink)
      : DiagnosticHandler(before.DiagnosticContext), take(take), sink(sink) {
    DiagHandlerCallback = before.DiagHandlerCallback;
  }

  bool handleDiagnostics(const DiagnosticInfo &info) override {
    const char *kind = kindOf(info.getKind());
    if (!kind)
      return DiagnosticHandler::handleDiagnostics(info);
    auto &remark = static_cast<const DiagnosticInfoOptimizationBase &>(info);
    const DISubprogram *function = remark.getFunction().getSubprogram();
    unsigned line = remark.isLocationAvailable() ? remark.getLocation().getLine() : 0;
    std::string pass = remark.getPassName().str(), name = remark.getRemarkName().str(), message = remark.getMsg();
    swasm_remark found = {kind, pass.c_str(), name.c_str(), message.c_str(), line, function ? function->getLine() : 0};
    take(sink, &found);
    return true;
  }

  bool isAnalysisRemarkEnabled(StringRef) const override { return true; }
  bool isMissedOptRemarkEnabled(StringRef) const override { return true; }
  bool isPassedOptRemarkEnabled(StringRef) const override { return true; }
  bool isAnyRemarkEnabled() const override { return true; }
};

} // namespace

void swasm_collect_remarks(LLVMContextRef context, swasm_take_remark take, void *sink) {
  LLVMContext &llvm = *unwrap(context);
  llvm.setDiagnosticHandler(std::make_unique<RemarkHandler>(*llvm.getDiagHandlerPtr(), take, sink));
}
