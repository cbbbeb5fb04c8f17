# The tag of C++ exceptions, which clang leaves to a library: it carries the address of the exception.
    .tagtype __cpp_exception i32
    .globl __cpp_exception
__cpp_exception:
