import Glibc

/// Opens /dev/null for each standard stream that is closed. Call it before any file is opened. Otherwise a file of ours
/// would get the number of a stream, and a subprocess or the program would use it as the stream.
public func openStandardStreams() {
  for stream in Int32(0)...2 where fcntl(stream, F_GETFD) == -1 {
    _ = Glibc.open("/dev/null", O_RDWR)  // takes the lowest number that is free
  }
}
