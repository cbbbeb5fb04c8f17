// Random functions whose one store is at an address that masks, comparisons, loops and phis may or may not bound.
#pragma once

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include <random>

using namespace llvm;
typedef std::mt19937_64 Rng;

struct Gen {
  Rng &rng; Module &m; LLVMContext &c; IRBuilder<> b; Function *f; std::vector<Value *> pool; // dominating ints
  BasicBlock *exit; bool done = false; BinaryOperator *key = nullptr; Value *base0, *base1, *bytes1; int size = 0; bool reuse = false, narrow = false, again = false; int mode;
  Gen(Rng &r, Module &m) : rng(r), m(m), c(m.getContext()), b(c) {}
  unsigned R(unsigned n) { return rng() % n; }
  unsigned widths[4] = {8, 16, 32, 64};
  uint64_t constant(unsigned w) {
    uint64_t v;
    switch (R(8)) {
    case 0: v = R(4); break;
    case 1: v = R(20); break;
    case 2: v = 1ull << R(w); break;
    case 3: v = (1ull << R(w)) - 1; break;
    case 4: v = -(1ull << R(w)); break;
    case 5: v = (1ull << R(w)) + R(3) - 1; break;
    case 6: v = -uint64_t(R(10)); break;
    default: v = rng() >> R(64);
    }
    return w == 64 ? v : v & ((1ull << w) - 1);
  }
  uint64_t mask(unsigned w) {
    uint64_t all = w == 64 ? -1ull : (1ull << w) - 1, v;
    unsigned k = R(w), h = R(w);
    switch (R(6)) {
    case 0: v = (1ull << k) - 1; break;
    case 1: v = -(1ull << k); break;
    case 2: v = ((1ull << k) - 1) ^ ((1ull << h) - 1); break;
    case 3: v = (((1ull << k) - 1) ^ ((1ull << h) - 1)) & ~(1ull << R(w)); break;
    case 4: v = (-(1ull << k)) & ~(1ull << R(w)); break;
    default: v = ((1ull << (1 + R(6))) - 1) << R(4);
    }
    return v & all;
  }
  Value *C(unsigned w, uint64_t v) { return ConstantInt::get(IntegerType::get(c, w), APInt(w, v, false, true)); }
  unsigned W(Value *v) { return v->getType()->getIntegerBitWidth(); }
  Value *any() { size_t n = pool.size(); return R(3) ? pool[n - 1 - R(std::min<size_t>(n, 5))] : pool[R(n)]; }
  Value *cast(Value *v, unsigned w) { if (W(v) == w) return v; if (W(v) > w) return b.CreateTrunc(v, IntegerType::get(c, w)); return R(4) ? b.CreateZExt(v, IntegerType::get(c, w)) : b.CreateSExt(v, IntegerType::get(c, w)); }
  Value *ofWidth(unsigned w) { for (int i = 0; i < 6; i++) { Value *v = any(); if (W(v) == w) return v; } Value *v = cast(any(), w); return v; }
  Value *cond(int depth = 0) {
    unsigned k = R(10);
    if (depth < 2 && k == 0) return b.CreateAnd(cond(depth + 1), cond(depth + 1));
    if (depth < 2 && k == 1) return b.CreateOr(cond(depth + 1), cond(depth + 1));
    if (depth < 2 && k == 2) return R(2) ? b.CreateSelect(cond(depth + 1), cond(depth + 1), b.getFalse()) : b.CreateSelect(cond(depth + 1), b.getTrue(), cond(depth + 1));
    if ((k == 3 || (reuse && k > 5)) && !conds.empty()) return conds[conds.size() - 1 - R(std::min<size_t>(conds.size(), 4))];
    if (depth < 2 && k == 4) return b.CreateXor(cond(depth + 1), b.getTrue());
    Value *x = any(); unsigned w = W(x);
    Value *y = R(3) ? C(w, constant(w)) : ofWidth(w);
    CmpInst::Predicate p = CmpInst::Predicate(CmpInst::ICMP_EQ + R(10));
    if (R(8) == 0) std::swap(x, y);
    Value *r = b.CreateICmp(p, x, y);
    if (!isa<Constant>(r)) conds.push_back(r);
    return r;
  }
  std::vector<Value *> conds;
  void op() {
    Value *x = any(); unsigned w = W(x); Value *r = nullptr;
    auto k = [&]() { return C(w, constant(w)); };
    auto y = [&]() { return R(3) ? ofWidth(w) : k(); };
    switch (again && R(4) == 0 ? 30 : R(31)) {
    case 0: case 1: r = b.CreateAdd(x, k()); break;
    case 2: r = b.CreateAdd(x, ofWidth(w)); break;
    case 3: r = b.CreateSub(x, ofWidth(w)); break;
    case 4: r = b.CreateSub(k(), x); break;
    case 5: r = b.CreateMul(x, R(2) ? C(w, R(12)) : k()); break;
    case 6: r = b.CreateShl(x, C(w, R(w))); break;
    case 7: r = b.CreateLShr(x, C(w, R(w))); break;
    case 8: r = b.CreateAShr(x, C(w, R(w))); break;
    case 9: case 10: case 11: r = b.CreateAnd(x, C(w, mask(w))); break;
    case 12: r = b.CreateOr(x, R(2) ? C(w, mask(w)) : k()); break;
    case 13: r = b.CreateOr(x, ofWidth(w)); break;
    case 14: r = b.CreateXor(x, R(2) ? C(w, -1ull) : k()); break;
    case 15: r = b.CreateAnd(x, ofWidth(w)); break;
    case 16: { uint64_t d = constant(w); if (!d) d = 3; r = b.CreateURem(x, C(w, R(2) ? d : 1 + R(20))); break; }
    case 17: { uint64_t d = constant(w); if (!d) d = 3; r = b.CreateUDiv(x, C(w, R(2) ? d : 1 + R(20))); break; }
    case 18: { Value *q = cond(); r = b.CreateSelect(q, x, y()); break; }
    case 19: { Intrinsic::ID t[] = {Intrinsic::umin, Intrinsic::umax, Intrinsic::smin, Intrinsic::smax}; r = b.CreateBinaryIntrinsic(t[R(4)], x, y()); break; }
    case 20: { Intrinsic::ID t[] = {Intrinsic::usub_sat, Intrinsic::uadd_sat}; r = b.CreateBinaryIntrinsic(t[R(2)], x, y()); break; }
    case 21: { Intrinsic::ID t[] = {Intrinsic::abs, Intrinsic::ctlz, Intrinsic::cttz}; r = R(4) ? b.CreateIntrinsic(t[R(3)], {x->getType()}, {x, b.getFalse()}) : b.CreateIntrinsic(Intrinsic::ctpop, {x->getType()}, {x}); break; }
    case 22: case 23: case 24: r = cast(x, widths[R(4)]); break;
    case 25: { uint64_t d = R(2) ? 1ull << R(w - 1) : 1 + R(20); Value *q = b.CreateURem(x, C(w, d)); pool.push_back(q); r = b.CreateSub(x, q); break; }
    case 26: r = b.CreateShl(x, b.CreateAnd(ofWidth(w), C(w, R(8)))); break;
    case 27: { Value *z = ofWidth(w); r = R(2) ? b.CreateURem(x, b.CreateOr(z, C(w, 1))) : b.CreateUDiv(x, b.CreateAdd(b.CreateAnd(z, C(w, 7)), C(w, 1 + R(3)))); break; }
    case 28: r = b.CreateFreeze(x); break;
    case 29: r = b.CreateSRem(x, C(w, 1 + R(20))); break;
    case 30: { // the same again
      if (auto *o = dyn_cast<Instruction>(x); o && !isa<PHINode, LoadInst>(o)) r = b.Insert(o->clone()); else r = b.CreateAnd(x, C(w, mask(w))); break; }
    }
    if (r && !isa<Constant>(r)) pool.push_back(r), size++;
  }
  void access() {
    Value *x = any();
    Value *i = W(x) == 64 ? x : R(5) ? b.CreateZExt(x, b.getInt64Ty()) : b.CreateSExt(x, b.getInt64Ty());
    if (R(3) == 0) { Value *y = any(); Value *j = W(y) == 64 ? y : b.CreateZExt(y, b.getInt64Ty()); i = R(3) ? b.CreateAdd(i, j) : b.CreateSub(i, j); }
    if (R(5) == 0) i = b.CreateShl(i, b.getInt64(R(4)));
    if (R(5) == 0) i = b.CreateAdd(i, b.getInt64(int64_t(R(40)) - 20));
    if (isa<Constant>(i)) i = f->getArg(2);
    key = BinaryOperator::CreateAdd(i, b.getInt64(0)); b.Insert(key);
    Value *p = b.CreateGEP(b.getInt8Ty(), mode == 1 ? base1 : base0, key);
    b.CreateStore(b.getInt8(1), p);
    done = true;
  }
  void body(int depth, int n) {
    for (int s = 0; s < n && size < 60; s++) {
      if (!done && R(30) == 0 && size > 4) access();
      unsigned k = R(12 + depth * 4);
      if (k == 0) { // guard
        BasicBlock *go = BasicBlock::Create(c, "", f); Value *q = cond();
        if (R(2)) b.CreateCondBr(q, go, exit); else b.CreateCondBr(q, exit, go);
        b.SetInsertPoint(go);
      } else if (k == 1 || k == 2) diamond(depth);
      else if (k == 3) loop(depth);
      else if (k == 4) sw();
      else op();
    }
  }
  void sw() {
    Value *x = any(); unsigned w = W(x); BasicBlock *go = BasicBlock::Create(c, "", f);
    if (isa<Constant>(x)) return;
    unsigned n = 1 + R(3); auto *s = b.CreateSwitch(x, R(2) ? exit : go, n); std::vector<uint64_t> seen;
    bool any = s->getDefaultDest() == go;
    for (unsigned i = 0; i < n; i++) { uint64_t v = constant(w); if (is_contained(seen, v)) continue; seen.push_back(v); BasicBlock *t = R(2) ? exit : go; any |= t == go; s->addCase(cast_(C(w, v)), t); }
    if (!any) s->setDefaultDest(go);
    b.SetInsertPoint(go);
  }
  ConstantInt *cast_(Value *v) { return llvm::cast<ConstantInt>(v); }
  void diamond(int depth) {
    Value *q = cond();
    BasicBlock *t = BasicBlock::Create(c, "", f), *e = BasicBlock::Create(c, "", f), *j = BasicBlock::Create(c, "", f);
    BasicBlock *from = b.GetInsertBlock(); (void)from;
    b.CreateCondBr(q, t, e);
    auto keep = pool; auto keepC = conds; std::vector<std::vector<Value *>> pools; std::vector<BasicBlock *> ends; std::vector<std::vector<Value*>> cs;
    for (BasicBlock *side : {t, e}) {
      pool = keep; conds = keepC; b.SetInsertPoint(side); body(depth + 1, R(5));
      if (R(6) == 0) { BasicBlock *go = BasicBlock::Create(c, "", f); Value *qq = cond(); b.CreateCondBr(qq, j, go); pools.push_back(pool); ends.push_back(b.GetInsertBlock()); cs.push_back(conds); b.SetInsertPoint(go); body(depth + 1, R(3)); }
      b.CreateBr(j); pools.push_back(pool); ends.push_back(b.GetInsertBlock()); cs.push_back(conds);
    }
    pool = keep; conds = keepC; b.SetInsertPoint(j);
    for (unsigned i = 0, n = 1 + R(3); i < n; i++) {
      unsigned w = widths[R(4)]; if (R(2)) w = W(any());
      std::vector<Value *> in; for (auto &p : pools) { Value *v = nullptr; for (int tries = 0; tries < 5; tries++) { v = p[p.size() - 1 - R(std::min<size_t>(p.size(), 6))]; if (W(v) == w) break; v = nullptr; } in.push_back(v && R(4) ? v : C(w, constant(w))); }
      PHINode *phi = b.CreatePHI(IntegerType::get(c, w), ends.size());
      for (unsigned x = 0; x < ends.size(); x++) phi->addIncoming(in[x], ends[x]);
      pool.push_back(phi);
    }
    if (R(3) == 0) { PHINode *phi = b.CreatePHI(b.getInt1Ty(), ends.size()); for (unsigned x = 0; x < ends.size(); x++) phi->addIncoming(R(2) && !cs[x].empty() ? cs[x].back() : b.getInt1(R(2)), ends[x]); conds.push_back(phi); }
  }
  void loop(int depth) {
    BasicBlock *h = BasicBlock::Create(c, "", f), *out = BasicBlock::Create(c, "", f);
    unsigned n = 1 + R(3); std::vector<Value *> init; std::vector<unsigned> ws;
    for (unsigned i = 0; i < n; i++) { unsigned w = R(3) ? widths[R(2)] : widths[R(4)]; ws.push_back(w); init.push_back(R(2) ? C(w, constant(w)) : ofWidth(w)); }
    BasicBlock *pre = b.GetInsertBlock(); b.CreateBr(h); b.SetInsertPoint(h);
    std::vector<PHINode *> phis; for (unsigned i = 0; i < n; i++) { PHINode *p = b.CreatePHI(IntegerType::get(c, ws[i]), 2); p->addIncoming(init[i], pre); phis.push_back(p); pool.push_back(p); }
    auto keepC = conds;
    bool top = R(2); std::vector<Value *> atOut; std::vector<Value *> condOut;
    auto leave = [&](BasicBlock *next, bool toOut) {
      Value *q; PHINode *p = phis[R(n)]; unsigned w = W(p);
      if (R(4)) { Value *x = R(2) ? (Value *)p : b.CreateAdd(p, C(w, constant(w))); Value *lim = R(2) ? C(w, constant(w)) : init[&p - &p] ; for (int t = 0; t < 4 && !isa<Constant>(lim); t++) lim = ofWidth(w); if (W(lim) != w) lim = C(w, constant(w)); q = b.CreateICmp(R(2) ? CmpInst::ICMP_NE : CmpInst::Predicate(CmpInst::ICMP_EQ + R(10)), x, lim); }
      else q = cond();
      if (R(2)) b.CreateCondBr(q, next, out); else b.CreateCondBr(q, out, next);
      (void)toOut;
    };
    if (R(3) == 0) op();
    if (top) { BasicBlock *bd = BasicBlock::Create(c, "", f); leave(bd, true); atOut = pool; condOut = conds; b.SetInsertPoint(bd); }
    body(depth + 1, R(6));
    if (R(6) == 0) { BasicBlock *g = BasicBlock::Create(c, "", f); Value *q = cond(); b.CreateCondBr(q, g, exit); b.SetInsertPoint(g); }
    std::vector<Value *> next; 
    for (unsigned i = 0; i < n; i++) {
      Value *v; switch (R(6)) {
      case 0: case 1: case 2: { int64_t s[] = {1, 1, -1, 2, 4, 3, -2, 8, 16, 5}; v = BinaryOperator::CreateAdd(phis[i], C(ws[i], uint64_t(s[R(10)]))); b.Insert((Instruction *)v); break; }
      case 3: v = BinaryOperator::CreateAdd(phis[i], C(ws[i], constant(ws[i]) | 1)); b.Insert((Instruction *)v); break;
      case 4: v = ofWidth(ws[i]); break;
      default: v = phis[R(n)]; if (W(v) != ws[i]) v = ofWidth(ws[i]);
      }
      next.push_back(v); if (!isa<Constant>(v)) pool.push_back(v);
    }
    BasicBlock *end;
    if (top) { end = b.GetInsertBlock(); b.CreateBr(h); }
    else { BasicBlock *la = BasicBlock::Create(c, "", f); Value *q; unsigned i = R(n); 
      if (R(4)) { Value *x = R(2) ? next[i] : (Value *)phis[i]; Value *lim = R(2) ? C(ws[i], constant(ws[i])) : ofWidth(ws[i]); q = b.CreateICmp(R(2) ? CmpInst::ICMP_NE : CmpInst::Predicate(CmpInst::ICMP_EQ + R(10)), x, lim); } else q = cond();
      if (R(2)) b.CreateCondBr(q, la, out); else b.CreateCondBr(q, out, la);
      atOut = pool; condOut = conds; b.SetInsertPoint(la); end = la; b.CreateBr(h); }
    for (unsigned i = 0; i < n; i++) phis[i]->addIncoming(next[i], end);
    pool = atOut; conds = condOut; b.SetInsertPoint(out);
  }
  void build() {
    reuse = R(3) == 0; narrow = R(3) == 0; again = R(4) == 0; if (narrow) widths[2] = 8, widths[3] = R(2) ? 16 : 64;
    Type *i32 = b.getInt32Ty(), *i64 = b.getInt64Ty();
    f = Function::Create(FunctionType::get(b.getVoidTy(), {i32, i32, i64, i32}, false), Function::ExternalLinkage, "f", m);
    f->setCallingConv(CallingConv::Fast);
    BasicBlock *entry = BasicBlock::Create(c, "entry", f); exit = BasicBlock::Create(c, "exit", f);
    b.SetInsertPoint(exit); b.CreateRetVoid(); b.SetInsertPoint(entry);
    auto *g = m.getNamedGlobal("swasm_main_instance");
    auto at = [&](int o) { return ConstantExpr::getGetElementPtr(b.getInt8Ty(), g, ArrayRef<Constant *>{b.getInt64(o)}); };
    base0 = b.CreateLoad(b.getPtrTy(), at(64)); base1 = b.CreateLoad(b.getPtrTy(), at(128)); bytes1 = b.CreateLoad(i64, at(136));
    for (auto &a : f->args()) pool.push_back(&a);
    mode = R(3) == 0; if (mode == 1) { pool.push_back(bytes1); }
    // small words to begin with
    for (int i = 0; i < 3; i++) pool.push_back(b.CreateTrunc(pool[R(4)], IntegerType::get(c, 8 << R(2)) == i32 ? b.getInt16Ty() : IntegerType::get(c, 8 << R(2) > 16 ? 16 : 8)));
    if (R(3) == 0) { while (pool.size() > 1 + R(2)) pool.erase(pool.begin() + R(pool.size())); if (mode == 1 && R(2)) pool.push_back(bytes1); }
    body(0, mode == 1 && R(2) ? R(5) : 8 + R(25));
    if (mode == 1 && !done && R(4)) { // an honest comparison, or nearly
      Value *x = any(); Value *i = W(x) == 64 ? x : b.CreateZExt(x, i64); BasicBlock *go = BasicBlock::Create(c, "", f);
      Value *e = R(2) ? i : b.CreateAdd(i, b.getInt64(R(9)));
      Value *q = R(3) ? b.CreateICmp(R(2) ? CmpInst::ICMP_ULT : CmpInst::ICMP_ULE, e, bytes1) : R(2) ? b.CreateICmp(CmpInst::ICMP_ULT, e, b.CreateSub(bytes1, b.getInt64(R(5)))) : b.CreateICmp(CmpInst::ICMP_UGE, b.CreateSub(bytes1, i), b.getInt64(R(5)));
      if (R(3) == 0) q = b.CreateAnd(q, cond()); 
      b.CreateCondBr(q, go, exit); b.SetInsertPoint(go); if (R(4)) { auto last = pool.back(); pool.clear(); if (R(2)) pool.push_back(bytes1); if (R(3) == 0) pool.push_back(last); conds.clear(); } pool.push_back(i); body(1, R(7)); if (R(3) == 0) pool.push_back(i);
    }
    if (!done) access();
    b.CreateBr(exit);
  }
};
