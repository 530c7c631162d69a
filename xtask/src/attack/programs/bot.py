# The program that every contestant guards. Whether two ever run at once is told by a lock of its own, which no
# contestant knows and no child inherits; what happens to it goes out on a socket, one datagram a fact.
import fcntl
import os
import signal
import socket
import time

MANNER = os.environ.get("ATTACK_MANNER", "plain")
LINE = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
LINE.connect("\0" + os.environ["ATTACK_LINE"])
WITNESS = os.open("witness", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def say(word):
    LINE.send(f"{word} {os.getpid()}".encode())


def be_witnessed():
    try:
        fcntl.flock(WITNESS, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        say("two")


def live():
    signal.alarm(60)  # nothing outlives the attack by much, whatever becomes of it
    while True:
        time.sleep(60)


def leave_a_child():
    if os.fork() == 0:
        os.setsid()
        os.close(WITNESS)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        say("child")
        live()


def end(number, frame):
    os._exit(0)


signal.signal(signal.SIGTERM, signal.SIG_IGN if MANNER == "deaf" else end)
be_witnessed()
if MANNER == "parent":
    leave_a_child()
say("started")
live()
