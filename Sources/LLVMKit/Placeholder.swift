import CLLVM
func x() { LLVMInitializeX86Target() }
