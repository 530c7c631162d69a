"""Starts a command under a seccomp(2) filter: seccomp.py RULE... -- COMMAND...

A rule is `CALL=ERROR`, `CALL/SECOND=ERROR` (only with this second argument) or `...=kill`, in numbers. With the
error 0 the call does nothing and reports success.
"""

import ctypes
import os
import struct
import sys

LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERROR, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2
SECOND_ARGUMENT = 24 if sys.byteorder == "little" else 28


def rule(text):
    call, answer = text.split("=")
    call, _, second = call.partition("/")
    answer = KILL if answer == "kill" else ERROR | int(answer)
    if not second:
        return [(EQUAL, 0, 1, int(call)), (RETURN, 0, 0, answer)]
    return [
        (EQUAL, 0, 4, int(call)),
        (LOAD, 0, 0, SECOND_ARGUMENT),
        (EQUAL, 0, 1, int(second)),
        (RETURN, 0, 0, answer),
        (LOAD, 0, 0, 0),
    ]


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


border = sys.argv.index("--")
steps = [(LOAD, 0, 0, 0)]
for text in sys.argv[1:border]:
    steps += rule(text)
steps.append((RETURN, 0, 0, ALLOW))
packed = b"".join(struct.pack("HBBI", *step) for step in steps)
prctl = ctypes.CDLL(None, use_errno=True).prctl
program = Program(len(steps), packed)
if prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or prctl(SECCOMP, FILTER, ctypes.byref(program), 0, 0):
    sys.exit(os.strerror(ctypes.get_errno()))
os.execv(sys.argv[border + 1], sys.argv[border + 1 :])
