# Somebody else's program. It tells of each signal; SIGSYS, which nobody else sends and which is handled last, asks whether one came before.
import os
import signal
import socket

LINE = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
LINE.connect("\0" + os.environ["ATTACK_LINE"])


def say(word):
    LINE.send(f"{word} {os.getpid()}".encode())


def hurt(number, frame):
    say("signalled")
    if number != signal.SIGCONT:
        os._exit(1)


for number in (signal.SIGHUP, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM, signal.SIGCONT):
    signal.signal(number, hurt)
signal.signal(signal.SIGSYS, lambda number, frame: say("answers"))
signal.alarm(60)
say("stranger")
while True:
    signal.pause()
