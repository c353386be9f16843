#!/usr/bin/env python3
"""terminal.py COLUMNS COMMAND...: run it on a terminal of that width and check the progress bar; prints how often it
was drawn."""
import fcntl
import os
import pty
import re
import struct
import sys
import termios

BAR = re.compile(r"(?P<what>\w+( \w+)? epoch \d+)( \[(?P<bar>[#.]{6,24})\])? (?P<done>\d+)/(?P<total>\d+)"
                 r"(  [\d.]+/s  (left|took) \d+:\d\d)?  loss [\d.]+  accuracy [\d.]+ %")


def run(columns, command):
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.execv(command[0], command)
    output = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        output += piece
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), output.decode()


def main():
    columns = int(sys.argv[1])
    code, output = run(columns, sys.argv[2:])
    assert code == 0, (code, output)
    bars, rates, last = 0, 0, ("", 0)
    for line in output.replace("\r\n", "\n").split("\n"):
        pieces = line.split("\r\033[K")
        for piece in pieces[1:]:
            if piece.startswith("cassette: "):
                continue  # a message took the bar's place
            assert len(piece) < columns, (columns, piece)
            if " epoch " not in piece:
                continue  # features, prepare
            match = BAR.fullmatch(piece)
            if not match:
                assert columns < 80, piece  # cut short
                continue
            done = int(match["done"])
            assert match["what"] != last[0] or done >= last[1], (last, piece)
            last = match["what"], done
            bars += 1
            rates += "/s  left " in piece
            if columns >= 100:
                assert match["bar"], piece
                share = match["bar"].count("#") / len(match["bar"])
                assert abs(share - done / int(match["total"])) <= 1 / len(match["bar"]), piece
        assert "\r" not in pieces[0] and not BAR.fullmatch(pieces[0]), line  # a bar is always drawn over
    assert columns < 100 or rates >= 3, output
    print(bars)


if __name__ == "__main__":
    main()
