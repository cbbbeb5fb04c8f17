import CSwasmABI
public let abiVersion = SWASM_ABI_VERSION
func y() -> Int { MemoryLayout<swasm_module>.offset(of: \.globals_offset)! + Int(swasm_wasi_call_count) }
