import Glibc

/// Opens /dev/null for each standard stream that is closed. Call it before anything else is opened: a file of ours
/// would get that number, and a subprocess or the program would take it for its stream.
public func openStandardStreams() {
  for stream in Int32(0)...2 where fcntl(stream, F_GETFD) == -1 {
    _ = Glibc.open("/dev/null", O_RDWR)  // takes the lowest number that is free
  }
}
