// The descriptors: a swasm_module for each instance, and a swasm_program for the program, which lists them.
//
// Without a host, only items that the program's start looks up are exported. Imports are listed if the runtime has a
// slot to fill. Two kinds of imports are not listed: those that the runtime itself provides, because they have become
// functions of the program, and functions of another instance that are only called.
import CGuestIR
import CSwasmABI
import LLVMKit
import WasmModule
import WasmProgram

extension ProgramLowering {
  func emitDescriptors() throws(LoweringError) {
    try checkInvokedExport()
    let typeRows = emitTypes()
    let typeArray = constantArray("types", typeRows)
    var modules: [LLVMValue] = []
    for instance in instances {
      modules.append(instance.emitDescriptor(typeArray, count: typeRows.count))
    }
    var image = StructImage<swasm_program>(types)
    image.set(\.abi_version, Int(SWASM_ABI_VERSION))
    image.set(\.module_count, modules.count)
    image.set(\.state_bytes, layout.bytes)
    image.set(\.modules, pointer: constantArray("modules", modules, alignment: 8))
    if instances.contains(where: \.hasLinkedImports) {
      let link = options.isHosted ? SWASM_IR_LINK_IMPORTS : SWASM_IR_LINK_INSTANCES
      image.set(\.link, pointer: reference(to: link))
    }
    if !options.product.isClosed {
      image.set(\.number_types, pointer: reference(to: SWASM_IR_NUMBER_TYPES))
    }
    let value = image.constant
    let descriptor = llvm.addGlobal(options.product.descriptorName, type: value.type)
    descriptor.setInitializer(value)
    descriptor.setConstant()
    descriptor.setAlignment(16)
    if !options.product.passesState {
      descriptor.setHidden()
      _ = stateGlobal
    }
  }

  /// The address of a function of the runtime that only the runtime calls.
  private func reference(to name: String) -> LLVMValue {
    builtin(name, [], returning: types.void).1
  }

  private func checkInvokedExport() throws(LoweringError) {
    guard let wanted = options.invoke, let main = program.main else { return }
    let functions = program[main].module.exports.lazy.filter {
      if case .function = $0.entity { true } else { false }
    }
    if !functions.contains(where: { $0.name == Name(wanted) }) {
      let near = nearestName(to: wanted, among: functions.map(\.name.text))
      throw LoweringError(
        .unknownExport,
        "the module exports no function \"\(wanted)\"\(near.map { "; did you mean \"\($0)\"?" } ?? "")"
      )
    }
  }

  private func emitTypes() -> [StructImage<swasm_type>] {
    let callable = hostCallableTypes()
    // Without a host, nobody reads the rows behind the last function that C code may call.
    let count =
      options.isHosted || callable == nil
      ? typeTable.rows.count : (callable?.map { $0.int + 1 }.max() ?? 0)
    return typeTable.rows.prefix(count).map { row in
      var type = StructImage<swasm_type>(types)
      let isCallable = row.function.map { callable?.contains($0) ?? true } ?? true
      // Without a host, nobody reads the other texts.
      type.set(\.text, pointer: constantText(isCallable || options.isHosted ? row.text : ""))
      if let number = row.function {
        let function = signature(number).type
        type.set(\.parameter_count, function.parameters.count)
        type.set(\.result_count, function.results.count)
        if isCallable {
          type.set(\.invoke, pointer: emitInvokeThunk(number))
        }
      }
      return type
    }
  }

  /// The types of functions that C code may call; nil for all types.
  private func hostCallableTypes() -> Set<ProgramTypeIndex>? {
    guard options.product.isClosed else { return nil }
    var callable: Set<ProgramTypeIndex> = []
    for instance in instances {
      var functions = instance.visibleExports.compactMap { export -> FunctionIndex? in
        if case .function(let index) = export.entity { index } else { nil }
      }
      if let start = instance.module.start { functions.append(start) }
      for function in functions {
        callable.insert(instance.number(of: instance.module.functions[function].type))
      }
    }
    return callable
  }
}

extension InstanceLowering {
  /// All exports that somebody can look up.
  var visibleExports: [Export] {
    module.exports.filter { options.isVisible($0, of: instance, in: program.program) }
  }

  fileprivate func emitDescriptor(_ typeRows: LLVMValue?, count: Int) -> LLVMValue {
    var image = StructImage<swasm_module>(types)
    image.set(\.abi_version, Int(SWASM_ABI_VERSION))
    image.set(\.name, string(module.names.module ?? options.moduleName))
    image.set(\.instance_bytes, Int(layout.bytes))
    image.set(\.state_offset, layout.start)
    image.set(\.type_count, count)
    image.set(\.types, pointer: typeRows)
    setLinks(&image, visibleExports)
    setDefinitions(&image)
    setSegments(&image)
    setOffsets(&image)
    image.set(\.initialize, pointer: emitInitialize())
    image.set(\.start_function, module.start.map { Int($0.raw) } ?? Int(UInt32.max))
    setTagNames(&image)
    return constantGlobal("module", image.constant, alignment: 16)
  }

  private func setLinks(_ image: inout StructImage<swasm_module>, _ exports: [Export]) {
    let imports = linkedImports()
    image.set(\.import_count, imports.count)
    image.set(\.imports, pointer: constantArray("imports", imports))
    let exportRows = exports.map { export in
      var row = StructImage<swasm_export>(types)
      row.set(\.name, string(export.name.text))
      let (kind, index) = kindAndIndex(export.entity)
      row.set(\.kind, kind)
      row.set(\.index, index)
      return row
    }
    image.set(\.export_count, exportRows.count)
    image.set(\.exports, pointer: constantArray("exports", exportRows))
    let functions = referenced.indices.map { index in
      var row = StructImage<swasm_function>(types)
      row.set(\.code, pointer: function(index))
      row.set(\.type, typePosition(module.functions[index].type))
      row.set(\.index, Int(index.raw))
      return row
    }
    image.set(\.function_count, functions.count)
    image.set(\.functions, pointer: constantArray("functions", functions))
    image.set(\.imported_function_count, referenced.linked.count)
    image.set(\.imported_table_count, module.tables.importedCount)
    image.set(\.imported_memory_count, module.memories.importedCount)
    image.set(\.imported_global_count, module.globals.importedCount)
    image.set(\.imported_tag_count, module.tags.importedCount)
    image.set(\.wasi_memory, wasiMemory.int)
  }

  /// The memory that WASI's pointers refer to: found by its exported name; memory 0 if none has it.
  private var wasiMemory: MemoryIndex {
    for export in module.exports where export.name == "memory" {
      if case .memory(let index) = export.entity { return index }
    }
    return MemoryIndex(0)
  }

  private func kindAndIndex(_ entity: Export.Entity) -> (Int, Int) {
    switch entity {
    case .function(let index): (SWASM_FUNCTION, index.int)
    case .table(let index): (SWASM_TABLE, index.int)
    case .memory(let index): (SWASM_MEMORY, index.int)
    case .global(let index): (SWASM_GLOBAL, index.int)
    case .tag(let index): (SWASM_TAG, index.int)
    }
  }

  /// Whether the instance has a slot for any import. Only functions may come from the runtime or be called without a
  /// slot.
  fileprivate var hasLinkedImports: Bool {
    !referenced.linked.isEmpty || module.tables.importedCount > 0
      || module.memories.importedCount > 0 || module.globals.importedCount > 0
      || module.tags.importedCount > 0
  }

  /// Imports for which the instance has a slot.
  private func linkedImports() -> [StructImage<swasm_import>] {
    let links = program.program[instance]
    var functions = 0
    var tables = 0
    var memories = 0
    var globals = 0
    var tags = 0
    func next<Space>(
      _ count: inout Int, _ providers: [Provider<Space>], _ item: Import,
      position: (Item<Space>) -> Int? = { $0.index.int }
    ) -> StructImage<swasm_import>? {
      defer { count += 1 }
      switch providers[count] {
      case .wasi, .trap, .componentTrap: return nil
      case .host: return importRow(item, index: count)
      case .instance(let found):
        guard let position = position(found) else { return nil }
        var row = importRow(item, index: count, isNamed: options.isHosted || item.canFailToLink)
        row.set(\.provider, 1 + found.instance.int)
        row.set(\.provider_index, position)
        return row
      }
    }
    return module.imports.compactMap { item in
      switch item.entity {
      case .function:
        let index = FunctionIndex(UInt32(truncatingIfNeeded: functions))
        return next(&functions, links.functions, item) { found in
          guard referenced.pointerPosition(of: index) != nil else { return nil }
          return program.instances[found.instance.int].referenced.pointerPosition(of: found.index)
        }
      case .table: return next(&tables, links.tables, item)
      case .memory: return next(&memories, links.memories, item)
      case .global: return next(&globals, links.globals, item)
      case .tag: return next(&tags, links.tags, item)
      }
    }
  }

  /// - Parameter isNamed: Whether anybody may ask for the names.
  private func importRow(_ item: Import, index: Int, isNamed: Bool = true)
    -> StructImage<swasm_import>
  {
    var row = StructImage<swasm_import>(types)
    row.set(\.index, index)
    if isNamed {
      row.set(\.module, string(item.module.text))
      row.set(\.name, string(item.name.text))
    }
    switch item.entity {
    case .function(let type):
      row.set(\.kind, SWASM_FUNCTION)
      row.set(\.type, typePosition(type))
    case .tag(let type):
      row.set(\.kind, SWASM_TAG)
      row.set(\.type, typePosition(type))
    case .table(let type):
      row.set(\.kind, SWASM_TABLE)
      row.set(\.type, typePosition(ofValue: .reference(type.element)))
      row.set(\.limits, limits(type.limits))
      row.set(\.flags, tableFlags(type))
    case .memory(let type):
      row.set(\.kind, SWASM_MEMORY)
      row.set(\.limits, limits(type.limits))
      row.set(\.flags, memoryFlags(type))
      row.set(\.page_log2, Int(type.pageLog2))
    case .global(let type):
      row.set(\.kind, SWASM_GLOBAL)
      row.set(\.type, typePosition(ofValue: type.value))
      row.set(\.flags, type.isMutable ? 1 : 0)
    }
    return row
  }

  private func setDefinitions(_ image: inout StructImage<swasm_module>) {
    let memories = module.memories.defined.map(\.type).map {
      type -> StructImage<swasm_memory_type> in
      var row = StructImage<swasm_memory_type>(types)
      row.set(\.limits, limits(type.limits))
      row.set(\.flags, memoryFlags(type))
      row.set(\.page_log2, Int(type.pageLog2))
      return row
    }
    image.set(\.memory_count, memories.count)
    image.set(\.memories, pointer: constantArray("memories", memories))
    let tables = module.tables.defined.map(\.type).map {
      type -> StructImage<swasm_table_type> in
      var row = StructImage<swasm_table_type>(types)
      row.set(\.limits, limits(type.limits))
      row.set(\.flags, tableFlags(type))
      row.set(\.type, typePosition(ofValue: .reference(type.element)))
      return row
    }
    image.set(\.table_count, tables.count)
    image.set(\.tables, pointer: constantArray("tables", tables))
    let globals = module.globals.defined.map(\.type).map {
      type -> StructImage<swasm_global_type> in
      var row = StructImage<swasm_global_type>(types)
      row.set(\.type, typePosition(ofValue: type.value))
      row.set(\.mutable_, type.isMutable ? 1 : 0)
      return row
    }
    image.set(\.global_count, globals.count)
    if options.isHosted { image.set(\.globals, pointer: constantArray("globals", globals)) }
    let tags = module.tags.defined.map {
      UInt32(truncatingIfNeeded: typePosition($0.type))
    }
    image.set(\.tag_count, tags.count)
    image.set(\.tags, pointer: constants(tags, name: "tags"))
  }

  private func setSegments(_ image: inout StructImage<swasm_module>) {
    let data = module.data.map { segment in
      var row = StructImage<swasm_data_segment>(types)
      let bytes = module.bytes.withBytes(segment.range) { types.constantBytes($0) }
      if !segment.range.isEmpty {
        row.set(\.bytes, pointer: constantGlobal("data", bytes, alignment: 16))
      }
      row.set(\.length, UInt64(segment.range.count))
      return row
    }
    image.set(\.data_count, data.count)
    image.set(\.data, pointer: constantArray("data_segments", data))
    let segments = elements.kinds.enumerated().map { position, kind in
      var row = StructImage<swasm_element_segment>(types)
      switch kind {
      case .functions(let functions):
        row.set(\.functions, pointer: constants(functions, name: "elements"))
        row.set(\.count, UInt64(functions.count))
      case .expressions(let expressions):
        row.set(\.count, UInt64(expressions.count))
        row.set(\.refs_offset, layout.elementReferences[position])
      }
      return row
    }
    image.set(\.element_segment_count, segments.count)
    image.set(\.element_segments, pointer: constantArray("element_segments", segments))
  }

  private func setOffsets(_ image: inout StructImage<swasm_module>) {
    image.set(\.function_pointers_offset, Int(layout.functionPointers))
    image.set(\.funcrefs_offset, Int(layout.funcrefs))
    image.set(\.memory_pointers_offset, Int(layout.memoryPointers))
    image.set(\.memories_offset, Int(layout.memories))
    image.set(\.table_pointers_offset, Int(layout.tablePointers))
    image.set(\.tables_offset, Int(layout.tables))
    image.set(\.global_pointers_offset, Int(layout.globalPointers))
    image.set(\.globals_offset, Int(layout.globals))
    image.set(\.type_ids_offset, program.layout.typeIDs)
    image.set(\.tag_ids_offset, Int(layout.tagIDs))
    image.set(\.dropped_offset, Int(layout.dropped))
    image.set(\.results_offset, program.layout.slots)
  }

  // MARK: Small parts

  private func string(_ text: String) -> StructImage<swasm_string> {
    var image = StructImage<swasm_string>(types)
    image.set(\.bytes, pointer: constantText(text))
    image.set(\.length, UInt64(text.utf8.count))
    return image
  }

  private func limits(_ limits: Limits) -> StructImage<swasm_limits> {
    var image = StructImage<swasm_limits>(types)
    image.set(\.minimum, limits.minimum)
    image.set(\.maximum, limits.maximum ?? .max)
    return image
  }

  private func memoryFlags(_ type: MemoryType) -> Int {
    var flags = 0
    if type.is64 { flags |= SWASM_MEMORY_64 }
    if type.isShared { flags |= SWASM_MEMORY_SHARED }
    if isGuarded(type) { flags |= SWASM_MEMORY_GUARDED }
    return flags
  }

  private func tableFlags(_ type: TableType) -> Int {
    var flags = 0
    if type.is64 { flags |= SWASM_TABLE_64 }
    if type.element.heap == .exception { flags |= SWASM_TABLE_OF_EXCEPTIONS }
    return flags
  }

  private func setTagNames(_ image: inout StructImage<swasm_module>) {
    guard options.keepsNames, !module.tags.isEmpty else { return }
    let names = module.tags.indices.map { string(tagName($0)) }
    image.set(\.tag_names, pointer: constantArray("tag_names", names))
    image.set(\.tag_name_count, UInt64(names.count))
  }

  /// A tag's name in a report: from the name section, or else from its export. If it is empty, the report has the
  /// tag's number.
  private func tagName(_ index: TagIndex) -> String {
    let exported = module.exports.first {
      if case .tag(let tag) = $0.entity { tag == index } else { false }
    }
    return module.names.tags[index] ?? exported?.name.text ?? ""
  }
}

extension Import {
  /// Whether linking this import to another instance of the program can fail when the program starts. It can for a
  /// memory or table, which is perhaps still smaller than the minimum that the import states.
  fileprivate var canFailToLink: Bool {
    switch entity {
    case .memory, .table: true
    case .function, .global, .tag: false
    }
  }
}
