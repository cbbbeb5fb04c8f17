// Shows the report on an executable, as text and as JSON.

import Policy
import System

extension ExecutableReport {
  package var text: Message {
    var lines: [Message] = [
      "\(file): an executable of swasmc \(build["swasmc"] ?? "") for \(build["target"] ?? "unknown"), \(bytes) bytes",
      "", "compiled with",
    ]
    for fact in build.facts.dropFirst(2) {
      lines.append("  \(fact.name.padded(to: 16)) \(fact.value)")
    }
    lines += ["", "grants and limits that it carries"]
    let options = policy.commandLine
    if options.isEmpty { lines.append("  none: it has what every program has") }
    for option in options {
      lines.append("  \(option.name)\(option.value.map { " \($0)" as Message } ?? "")")
    }
    lines.append("")
    lines += facts.map { "\($0)" as Message }
    lines += ["", "sections"]
    for section in sections {
      lines.append("  \(section.name.padded(to: 20)) \(section.bytes.padded(to: 12))")
    }
    return "\(lines.joined(separator: "\n"))\n"
  }

  package var json: String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.add("format", 1)
      writer.add("file", file)
      writer.add("kind", "executable")
      writer.add("bytes", bytes)
      writer.object("build") { writer in
        for fact in build.facts { writer.add(fact.name, fact.value) }
      }
      writer.objects("policy", policy.commandLine) { writer, option in
        writer.add("option", option.name)
        if let value = option.value { writer.add("value", value) }
      }
      writer.add("sealed", policy.sealed)
      writer.add("harden", policy.hardening.description)
      writer.objects("sections", sections) { $0.add($1) }
    }
    return writer.text + "\n"
  }
}
