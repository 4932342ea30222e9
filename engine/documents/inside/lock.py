"""Locking the process itself in: limits of the system, no new rights, no file, no network, only the calls that computing needs.

Linux. Landlock needs kernel 5.13, seccomp with these numbers an x86_64 processor; `layers` says what this machine has.
"""

import ctypes
import os
import platform
import resource
import struct

LANDLOCK_CREATE, LANDLOCK_RESTRICT = 444, 446
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
NO_NEW_PRIVILEGES, SECCOMP, DEATH_SIGNAL = 38, 22, 1
ALLOWED = (0, 1, 3, 8, 9, 10, 11, 12, 13, 14, 15, 25, 28, 39, 60, 202, 228, 231, 318, 131)
"""read write close lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn mremap madvise getpid exit futex clock_gettime
exit_group getrandom sigaltstack."""
DENIED = (2, 4, 5, 6, 16, 21, 89, 79, 257, 262, 267, 269, 332, 439, 41, 42)
"""open stat fstat lstat ioctl access readlink getcwd openat newfstatat readlinkat faccessat statx faccessat2 socket connect: asked for by
harmless library code, told "no" instead of being killed. Everything else kills the process."""
KILL, ALLOW, REFUSE = 0x80000000, 0x7FFF0000, 0x00050000 | 13
X86_64, X32 = 0xC000003E, 0x40000000
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06

libc = ctypes.CDLL(None, use_errno=True)


def _landlock_version() -> int:
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return 0
    return max(int(libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))), 0)


def layers() -> dict[str, bool]:
    """What protection this machine can give: limits, landlock, seccomp."""
    linux = platform.system() == "Linux"
    return {"limits": linux, "landlock": _landlock_version() >= 1, "seccomp": linux and platform.machine() == "x86_64"}


def limit(cpu: int, memory: int) -> None:
    """At most so many seconds of computing and so many bytes more than now; no file may grow, no process be made."""
    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    for what, most in ((resource.RLIMIT_AS, used + memory), (resource.RLIMIT_CPU, cpu), (resource.RLIMIT_FSIZE, 0),
                       (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NPROC, 0)):
        resource.setrlimit(what, (most, most))


def landlock() -> None:
    """A ruleset that handles every right and grants none. Raises OSError."""
    version = _landlock_version()
    if version < 1:
        raise OSError("this kernel has no landlock")
    rights = (1 << RIGHTS.get(version, 16)) - 1
    attributes = struct.pack("QQQ", rights, 3, 3)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = libc.syscall(LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if ruleset < 0 or libc.syscall(LANDLOCK_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0)):
        raise OSError(ctypes.get_errno(), "landlock")
    os.close(ruleset)


def seccomp() -> object:
    """Only ALLOWED calls from here on. Raises OSError. The kernel keeps its own copy; the answer only holds ours until then."""
    program = [(LOAD, 0, 0, 4), (JUMP_EQUAL, 1, 0, X86_64), (RETURN, 0, 0, KILL), (LOAD, 0, 0, 0),
               (JUMP_AT_LEAST, 0, 1, X32), (RETURN, 0, 0, KILL)]
    for table, verdict in ((ALLOWED, ALLOW), (DENIED, REFUSE)):
        for number in table:
            program += [(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, verdict)]
    program.append((RETURN, 0, 0, KILL))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in program))
    if libc.prctl(SECCOMP, 2, struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code)), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")
    return code


def shut(cpu: int, memory: int) -> object:
    """All of it, for good. Raises OSError when a layer that this machine claims to have does not close."""
    found = layers()
    limit(cpu, memory)
    if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError("no_new_privs")
    if found["landlock"]:
        landlock()
    return seccomp() if found["seccomp"] else None
