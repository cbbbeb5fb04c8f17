// Looks for wrong facts in the isolation checker: a fuzzer that needs no knowledge of its rules.
//
// For each seed a random function is made (optimised by LLVM or not), and run with many arguments. What it stored to is a
// fact. The checker is then asked about a reservation that leaves out just the highest, or the lowest, offset that was
// seen: if it accepts, it believes something false. For a memory without guards the function is accepted or not as it is, and
// an execution that stores at or beyond `bytes` contradicts. The status is 1 where one was found; the seed makes it again,
// and a third argument prints the function.
//
// It says nothing of what the checker refuses; "tight" counts functions whose highest offset is known exactly.
#include "Checker.h"
#include "Generator.h"
#include "Interpreter.h"

#include "llvm/IR/Verifier.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>

static const char *headText = R"(
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
@swasm_main_instance = external hidden global [1024 x i8], align 64
)";

static int usage() {
  errs() << "usage: soundness FIRST-SEED COUNT [print]\n";
  return 64;
}

int main(int argc, char **argv) {
  if (argc < 3)
    return usage();
  uint64_t first = strtoull(argv[1], 0, 0), count = strtoull(argv[2], 0, 0); bool dump = argc > 3;
  uint64_t reached = 0, accepted = 0, looked = 0, bad = 0, opted = 0, explicitOK = 0, explicitAll = 0, hasMax = 0, skipped = 0; 
  PassBuilder PB;
  for (uint64_t seed = first; seed < first + count; seed++) {
    Rng rng(seed * 0x9E3779B97F4A7C15ull + 12345);
    LLVMContext ctx; SMDiagnostic d; auto m = parseIR(MemoryBufferRef(headText, "h"), d, ctx);
    Gen g(rng, *m); g.build();
    if (verifyModule(*m, &errs())) { errs() << "INVALID " << seed << "\n"; m->print(errs(), nullptr); return 2; }
    unsigned how = rng() % 2 ? 0 : rng() % 4;
    if (how) {
      LoopAnalysisManager LAM; FunctionAnalysisManager FAM; CGSCCAnalysisManager CGAM; ModuleAnalysisManager MAM; PassBuilder P2;
      P2.registerModuleAnalyses(MAM); P2.registerCGSCCAnalyses(CGAM); P2.registerFunctionAnalyses(FAM); P2.registerLoopAnalyses(LAM); P2.crossRegisterProxies(LAM, FAM, CGAM, MAM);
      FunctionPassManager FPM; const char *pipes[] = {"", "instcombine<no-verify-fixpoint>,simplifycfg", "early-cse,simplifycfg,instcombine<no-verify-fixpoint>,gvn,reassociate", "simplifycfg,instcombine<no-verify-fixpoint>,jump-threading,correlated-propagation,loop-simplify,lcssa,loop(indvars,loop-rotate),simplifycfg<bonus-inst-threshold=4;hoist-common-insts;sink-common-insts;switch-range-to-icmp>,gvn,instcombine<no-verify-fixpoint>,constraint-elimination"};
      if (auto e = P2.parsePassPipeline(FPM, pipes[how])) { errs() << toString(std::move(e)) << "\n"; return 2; }
      FPM.run(*g.f, FAM); opted++;
    }
    swasm_harden(wrap(m.get()));
    if (dump) m->print(outs(), nullptr);
    Interp in(*g.f);
    // constants of the function
    std::vector<uint64_t> ks = {0, 1, 255, 256, 65535, 0xFFFFFFFF, 1ull << 31, 1ull << 63};
    StoreInst *store = nullptr; unsigned stores = 0;
    for (auto &B : *g.f) for (auto &I : B) { if (isa<StoreInst>(I)) { store = cast<StoreInst>(&I); stores++; } for (auto &o : I.operands()) if (auto *k = dyn_cast<ConstantInt>(o)) if (k->getBitWidth() <= 64) ks.push_back(k->getZExtValue()); }
    if (!store) { skipped++; continue; }
    auto value = [&]() -> uint64_t { switch (rng() % 6) { case 0: return rng() % 16; case 1: return rng() >> (rng() % 64); case 2: return ks[rng() % ks.size()]; case 3: return ks[rng() % ks.size()] + rng() % 5 - 2; case 4: return -(ks[rng() % ks.size()] + rng() % 3); default: return rng(); } };
    uint64_t bestLo[5], bestHi[5]; int64_t lo = INT64_MAX, hi = INT64_MIN; bool any = false, breaks = false;
    auto runs = [&](int n) { for (int r = 0; r < n && !in.unsupported; r++) {
      uint64_t a[5] = {value(), value(), value(), value(), (rng() % 2 ? value() : rng() % 300) & ((1ull << 40) - 1)};
      if (any && rng() % 2) { memcpy(a, rng() % 2 ? bestLo : bestHi, sizeof a); for (int k = 1 + rng() % 2; k--;) { unsigned i = rng() % 5; switch (rng() % 5) { case 0: a[i] += rng() % 7 - 3; break; case 1: a[i] ^= 1ull << rng() % 64; break; case 2: a[i] = value(); break; case 3: a[i] += (rng() % 7 - 3) << (rng() % 64); break; default: a[i] = a[rng() % 5]; } } a[4] &= (1ull << 40) - 1; }
      in.seen.clear(); in.most = rng() % 6 ? 500 : 5000; in.run(ArrayRef<uint64_t>(a, 4), a[4]);
      for (auto &s : in.seen) { any = true; breaks |= s.first >= s.second; if (int64_t(s.first) < lo || g.mode == 1) lo = int64_t(s.first), memcpy(bestLo, a, sizeof a); if (int64_t(s.first) > hi || g.mode == 1) hi = int64_t(s.first), memcpy(bestHi, a, sizeof a); }
    } };
    runs(40);
    if (in.unsupported) { skipped++; continue; }
    looked++;
    Checker ch;
    if (!any) { for (int k = 0; k < 4 && !any; k++) runs(100); if (!any) continue; }
    reached++;
    if (g.mode == 1) {
      explicitAll++;
            ch.before = 0; ch.span = 0;
      bool ok = ch.accepts(*m); explicitOK += ok; if (ok) runs(600);
      if (ok && breaks) { bad++; outs() << "UNSOUND explicit seed " << seed << "\n"; outs().flush(); }
      continue;
    }
    // is anything accepted at all?
    ch.before = 1ull << 34; ch.span = 1ull << 35; bool sane = ch.accepts(*m); accepted += sane; if (sane) runs(200);
    bool out = lo < -(1ll << 34) || hi >= (1ll << 35);
    if (sane && out) { bad++; outs() << "UNSOUND full seed " << seed << " lo " << lo << " hi " << hi << "\n"; outs().flush(); }
    if (!sane) continue;
    auto *gep = dyn_cast<GetElementPtrInst>(store->getPointerOperand());
    auto test = [&](const char *what) { if (ch.accepts(*m)) { bad++; outs() << "UNSOUND " << what << " seed " << seed << " lo " << lo << " hi " << hi << " how " << how << "\n"; outs().flush(); } };
    if (hi >= 0) { ch.before = 1ull << 40; ch.span = uint64_t(hi); test("upper"); ch.span = uint64_t(hi) + 1; hasMax += ch.accepts(*m); }
    if (lo < 0) { ch.before = uint64_t(-lo) - 1; ch.span = 1ull << 40; test("lower"); }
    if (gep && stores == 1) {
      IRBuilder<> b(store); Value *p = store->getPointerOperand();
      auto moved = [&](int64_t by) { store->setOperand(1, b.CreateGEP(b.getInt8Ty(), p, b.getInt64(by))); };
      if (hi < 0) { moved(-hi); ch.before = 1ull << 40; ch.span = 0; test("upper moved"); }
      if (lo >= 0) { moved(-lo - 1); ch.before = 0; ch.span = 1ull << 40; test("lower moved"); }
    }
  }
  outs() << "seeds " << count << " skipped " << skipped << " looked " << looked << " reached " << reached << " accepted " << accepted << " tight " << hasMax << " explicit " << explicitOK << "/" << explicitAll << " bad " << bad << "\n";
  return bad != 0;
}
