// Runs a function as a machine of two's complement would, and notes at which offsets it stores.
// Shifts by too much and divisions by 0 end a run: what they give is not the checker's to say.
#pragma once

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

struct Interp {
  Function &f; explicit Interp(Function &x) : f(x) {}
  DenseMap<const Value *, uint64_t> v; bool unsupported = false;
  static uint64_t trunc(uint64_t x, unsigned w) { return w >= 64 ? x : x & ((1ull << w) - 1); }
  static int64_t sx(uint64_t x, unsigned w) { return w >= 64 ? int64_t(x) : int64_t(x << (64 - w)) >> (64 - w); }
  uint64_t get(const Value *x) { if (auto *k = dyn_cast<ConstantInt>(x)) return k->getZExtValue(); if (isa<Constant>(x)) { unsupported = true; return 0; } auto i = v.find(x); if (i == v.end()) { unsupported = true; return 0; } return i->second; }
  // observed offsets
  std::vector<std::pair<uint64_t, uint64_t>> seen; uint64_t bytes1 = 0; unsigned most = 800;
  void run(ArrayRef<uint64_t> args, uint64_t bytes) {
    v.clear(); bytes1 = bytes; int i = 0; for (auto &a : f.args()) v[&a] = trunc(args[i++], a.getType()->getIntegerBitWidth());
    const BasicBlock *at = &f.getEntryBlock(), *from = nullptr; unsigned steps = 0;
    for (;;) {
      SmallVector<std::pair<const Value *, uint64_t>, 8> ph;
      for (auto &p : at->phis()) ph.push_back({&p, get(p.getIncomingValueForBlock(from))});
      for (auto &p : ph) v[p.first] = p.second;
      for (const Instruction &I : *at) {
        if (isa<PHINode>(I)) continue;
        if (++steps > most || unsupported) return;
        if (auto *B = dyn_cast<BranchInst>(&I)) { from = at; at = B->isConditional() ? B->getSuccessor(get(B->getCondition()) ? 0 : 1) : B->getSuccessor(0); break; }
        if (auto *S = dyn_cast<SwitchInst>(&I)) { uint64_t x = get(S->getCondition()); const BasicBlock *t = S->getDefaultDest(); for (auto &cs : S->cases()) if (cs.getCaseValue()->getZExtValue() == x) t = cs.getCaseSuccessor(); from = at; at = t; break; }
        if (isa<ReturnInst>(I) || isa<UnreachableInst>(I)) return;
        if (!step(I)) return;
      }
    }
  }
  bool step(const Instruction &I) {
    auto *T = I.getType(); unsigned w = T->isIntegerTy() ? T->getIntegerBitWidth() : 64;
    if (w > 64 || T->isVectorTy()) { unsupported = true; return false; }
    if (isa<StoreInst>(I)) {
      uint64_t off = get(cast<StoreInst>(I).getPointerOperand());
      seen.push_back({off, bytes1}); return true; }
    if (auto *L = dyn_cast<LoadInst>(&I)) { if (T->isPointerTy()) { v[&I] = 0; return true; } (void)L; v[&I] = bytes1; return true; }
    if (auto *G = dyn_cast<GetElementPtrInst>(&I)) { const DataLayout &dl = f.getParent()->getDataLayout(); uint64_t p = get(G->getPointerOperand()); if (G->getNumIndices() != 1) { unsupported = true; return false; } p += uint64_t(sx(get(G->getOperand(1)), G->getOperand(1)->getType()->getIntegerBitWidth())) * dl.getTypeAllocSize(G->getSourceElementType()); v[&I] = p; return true; }
    if (auto *C = dyn_cast<ICmpInst>(&I)) { unsigned cw = C->getOperand(0)->getType()->isIntegerTy() ? C->getOperand(0)->getType()->getIntegerBitWidth() : 64; if (cw > 64) { unsupported = true; return false; } APInt a(cw, get(C->getOperand(0)), false, true), bb(cw, get(C->getOperand(1)), false, true); v[&I] = ICmpInst::compare(a, bb, C->getPredicate()); return true; }
    if (auto *S = dyn_cast<SelectInst>(&I)) { v[&I] = get(S->getCondition()) ? get(S->getTrueValue()) : get(S->getFalseValue()); return true; }
    if (isa<FreezeInst>(I)) { v[&I] = get(I.getOperand(0)); return true; }
    if (auto *K = dyn_cast<CastInst>(&I)) { if (!K->getSrcTy()->isIntegerTy() || !T->isIntegerTy() || K->getSrcTy()->getIntegerBitWidth() > 64) { unsupported = true; return false; } uint64_t x = get(I.getOperand(0)); v[&I] = isa<SExtInst>(I) ? trunc(uint64_t(sx(x, K->getSrcTy()->getIntegerBitWidth())), w) : trunc(x, w); return true; }
    if (auto *O = dyn_cast<BinaryOperator>(&I)) {
      uint64_t a = get(O->getOperand(0)), c = get(O->getOperand(1)), r = 0; int64_t sa = sx(a, w), sc = sx(c, w);
      switch (O->getOpcode()) {
      case Instruction::Add: r = a + c; break; case Instruction::Sub: r = a - c; break; case Instruction::Mul: r = a * c; break;
      case Instruction::And: r = a & c; break; case Instruction::Or: r = a | c; break; case Instruction::Xor: r = a ^ c; break;
      case Instruction::Shl: if (c >= w) { return false; } r = a << c; break;
      case Instruction::LShr: if (c >= w) return false; r = a >> c; break;
      case Instruction::AShr: if (c >= w) return false; r = uint64_t(sa >> c); break;
      case Instruction::UDiv: if (!c) return false; r = a / c; break; case Instruction::URem: if (!c) return false; r = a % c; break;
      case Instruction::SDiv: if (!sc || (sc == -1)) return false; r = uint64_t(sa / sc); break; case Instruction::SRem: if (!sc || sc == -1) return false; r = uint64_t(sa % sc); break;
      default: unsupported = true; return false; }
      v[&I] = trunc(r, w); return true;
    }
    if (auto *N = dyn_cast<IntrinsicInst>(&I)) {
      auto A = [&](int i) { return get(N->getArgOperand(i)); };
      switch (N->getIntrinsicID()) {
      case Intrinsic::umin: v[&I] = std::min(A(0), A(1)); return true; case Intrinsic::umax: v[&I] = std::max(A(0), A(1)); return true;
      case Intrinsic::smin: v[&I] = trunc(uint64_t(std::min(sx(A(0), w), sx(A(1), w))), w); return true; case Intrinsic::smax: v[&I] = trunc(uint64_t(std::max(sx(A(0), w), sx(A(1), w))), w); return true;
      case Intrinsic::usub_sat: { uint64_t a = A(0), c = A(1); v[&I] = a > c ? a - c : 0; return true; }
      case Intrinsic::uadd_sat: { APInt a(w, A(0)), c(w, A(1)); v[&I] = a.uadd_sat(c).getZExtValue(); return true; }
      case Intrinsic::ssub_sat: { APInt a(w, A(0)), c(w, A(1)); v[&I] = a.ssub_sat(c).getZExtValue(); return true; }
      case Intrinsic::sadd_sat: { APInt a(w, A(0)), c(w, A(1)); v[&I] = a.sadd_sat(c).getZExtValue(); return true; }
      case Intrinsic::abs: { int64_t s = sx(A(0), w); v[&I] = trunc(s < 0 ? -uint64_t(s) : uint64_t(s), w); return true; }
      case Intrinsic::ctpop: v[&I] = APInt(w, A(0)).popcount(); return true; case Intrinsic::ctlz: v[&I] = APInt(w, A(0)).countl_zero(); return true; case Intrinsic::cttz: v[&I] = APInt(w, A(0)).countr_zero(); return true;
      case Intrinsic::bitreverse: v[&I] = APInt(w, A(0)).reverseBits().getZExtValue(); return true;
      case Intrinsic::bswap: v[&I] = APInt(w, A(0)).byteSwap().getZExtValue(); return true;
      case Intrinsic::fshl: case Intrinsic::fshr: { uint64_t s = A(2) % w; APInt a(w, A(0)), c(w, A(1)); APInt r = N->getIntrinsicID() == Intrinsic::fshl ? (s ? (a << s) | c.lshr(w - s) : a) : (s ? (a << (w - s)) | c.lshr(s) : c); v[&I] = r.getZExtValue(); return true; }
      case Intrinsic::trap: case Intrinsic::ubsantrap: return false;
      default: unsupported = true; return false; }
    }
    unsupported = true; return false;
  }
};
