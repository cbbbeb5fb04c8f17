import Testing
import WasmComponent
import WasmModule
