// `--embed`, which compile and run share.

import ArgumentParser
import Driver
import System

struct EmbedOptions: ParsableArguments {
  @Option(
    name: .customLong("embed"),
    help: ArgumentHelp(
      """
      Put a directory with all files below it into the executable. The program sees it under the name GUEST and can \
      only read it. It needs no grant and no such directory when it runs. Can be repeated.
      """, valueName: "DIR::GUEST"),
    transform: {
      guard let directory = EmbeddedDirectory(HostString(escaped: $0)) else {
        throw ValidationError("--embed must be DIR::GUEST, for example lib::/usr/lib")
      }
      return directory
    })
  var directories: [EmbeddedDirectory] = []
}
