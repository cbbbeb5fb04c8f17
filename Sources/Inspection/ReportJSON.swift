// Shows a report as JSON. docs/inspect.md describes the keys, which stay as they are: new ones may come.

import System

extension Report {
  package var json: String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.add("format", 1)
      writer.add("file", file)
      writer.add("kind", kind.rawValue)
      writer.add("bytes", bytes)
      writer.add("valid", problem == nil)
      if let problem {
        writer.object("error") { writer in
          writer.add("message", problem.message)
          writer.add("offset", problem.offset)
        }
      }
      writer.add("role", role.rawValue)
      writer.add("features", features)
      addImports(&writer)
      addSuggestion(&writer)
      addItems(&writer)
      writer.objects("sections", sections) { $0.add($1) }
      writer.objects("producers", producers) { writer, producer in
        writer.add("field", producer.field)
        writer.add("name", producer.name)
        writer.add("version", producer.version)
      }
      writer.add("functions", functionCount)
      writer.objects("largestFunctions", largestFunctions) { writer, function in
        writer.add("index", Int(function.index))
        if let name = function.name { writer.add("name", name) }
        writer.add("bytes", function.bytes)
      }
    }
    return writer.text + "\n"
  }

  private func addImports(_ writer: inout JSONWriter) {
    writer.objects("capabilities", capabilities.uses) { writer, use in
      writer.add("name", use.capability.rawValue)
      writer.add("summary", capabilities.sentence(use))
      writer.add("calls", use.calls)
    }
    writer.objects("unknownImports", unknownImports) { writer, item in
      writer.add("name", item.name)
      writer.add("what", item.what)
      writer.add("needs", item.advice)
    }
    writer.objects("notes", notes) { writer, note in
      writer.add("key", note.key)
      writer.add("text", note.text)
    }
  }

  private func addSuggestion(_ writer: inout JSONWriter) {
    guard let suggestion else { return }
    writer.object("run") { writer in
      writer.add("commandLine", suggestion.commandLine)
      writer.add("words", suggestion.words)
      writer.objects("grants", suggestion.grants) { writer, grant in
        writer.add("words", grant.words)
        writer.add("reason", grant.reason)
      }
    }
  }

  private func addItems(_ writer: inout JSONWriter) {
    writer.objects("exports", exports) { writer, item in
      writer.add("name", item.name)
      writer.add("kind", item.kind)
      writer.add("type", item.type)
    }
    writer.objects("memories", memories) { writer, memory in
      writer.addLimits(memory)
      writer.add("pageBytes", memory.pageBytes)
      writer.add("shared", memory.isShared)
    }
    writer.objects("tables", tables) { writer, table in
      writer.addLimits(table)
      writer.add("element", table.element)
    }
    if let start { writer.add("start", start) }
  }
}

extension JSONWriter {
  mutating func add(_ section: SectionSize) {
    add("name", section.name)
    add("bytes", section.bytes)
    add("count", section.count)
  }

  fileprivate mutating func addLimits(_ item: SizedItem) {
    add("minimum", Int(clamping: item.minimum))
    if let maximum = item.maximum { add("maximum", Int(clamping: maximum)) }
    add("64bit", item.is64)
    add("imported", item.isImported)
  }
}
