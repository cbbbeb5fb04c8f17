import CSystem
import Glibc

/// Opens /dev/null for each standard stream that is closed. Call it before any file is opened. Otherwise a file of ours
/// would get the number of a stream, and a subprocess or the program would use it as the stream. Each is opened in the
/// wrong direction: who uses it gets EBADF, as from a closed stream.
public func openStandardStreams() {
  for stream in Int32(0)...2 where fcntl(stream, F_GETFD) == -1 {
    // It takes the lowest number that is free.
    _ = Glibc.open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY)
  }
}

/// Writes what `print` has kept. Throws if any of the process's standard output could not be written.
package func finishStandardOutput() throws(Errno) {
  let code = swasmc_finish_output()
  if code != 0 { throw Errno(code: code) }
}
