import CSystem
import Glibc

/// Opens /dev/null for each standard stream that is closed. Call it before any file is opened. Otherwise a file of ours
/// would get the number of a stream, and a subprocess or the program would use it as the stream. Reading finds no
/// bytes. Writing fails, as it does on a closed stream: so no output is lost without an error.
public func openStandardStreams() {
  for stream in Int32(0)...2 where fcntl(stream, F_GETFD) == -1 {
    _ = Glibc.open("/dev/null", O_RDONLY)  // takes the lowest number that is free
  }
}

/// Writes what `print` has left in a buffer.
/// - Returns: Whether all output was written.
public func finishOutput() -> Bool { swasmc_finish_output() == 0 }
