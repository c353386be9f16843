"""Round trips over TCP: `echo.py serve` and `echo.py ask ADDRESS` (scripts/bench/network ... ping)."""
import socket
import statistics
import sys
import time

PORT, SIZES = 7777, [(1, 200), (1000000, 20)]


def exactly(s, n):
    while n > 0:
        n -= len(s.recv(min(n, 1 << 20)))


def serve():
    with socket.create_server(("", PORT)) as listener:
        s, _ = listener.accept()
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for size, times in SIZES:
            for _ in range(times):
                exactly(s, size)
                s.sendall(b"x" * size)


def ask(address):
    for _ in range(50):
        try:
            s = socket.create_connection((address, PORT))
            break
        except OSError:
            time.sleep(0.1)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for size, times in SIZES:
        took = []
        for _ in range(times):
            start = time.perf_counter()
            s.sendall(b"x" * size)
            exactly(s, size)
            took.append(1e6 * (time.perf_counter() - start))
        print(f"{size} bytes there and back: median {statistics.median(took):.0f} us, "
              f"least {min(took):.0f} us")


if __name__ == "__main__":
    serve() if sys.argv[1] == "serve" else ask(sys.argv[2])
