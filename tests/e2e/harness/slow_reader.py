"""A stream client that reads 1 KiB a second, with a small receive buffer, so that what it does not read waits at the
gateway. A line on stdin makes it read on at full speed; it then says with which code it was closed.

    slow_reader.py URL TOKEN TOPICS
"""
import base64
import json
import os
import select
import socket
import ssl
import sys
import time
import urllib.parse

url, token, topics = urllib.parse.urlparse(sys.argv[1]), sys.argv[2], sys.argv[3].split(",")
raw = socket.socket()
raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
raw.connect((url.hostname, url.port))
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
stream = context.wrap_socket(raw)
key = base64.b64encode(os.urandom(16)).decode()
stream.sendall((f"GET {url.path}/api/v1/stream HTTP/1.1\r\nHost: {url.netloc}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
head = b""
while b"\r\n\r\n" not in head:
    head += stream.recv(1)
hello = json.dumps({"op": "hello", "token": token, "topics": topics}).encode()
mask = os.urandom(4)
masked = bytes(b ^ mask[i % 4] for i, b in enumerate(hello))
stream.sendall(bytes([0x81, 0x80 | 126]) + len(hello).to_bytes(2, "big") + mask + masked)
print("listening", flush=True)
pending, patient = b"", True
while True:
    data = stream.recv(1024)
    pending += data
    while len(pending) >= 2:  # frame by frame; the gateway's are not masked
        length, start = pending[1] & 127, 2
        if length == 126:
            length, start = int.from_bytes(pending[2:4], "big"), 4
        elif length == 127:
            length, start = int.from_bytes(pending[2:10], "big"), 10
        if len(pending) < start + length:
            break
        if pending[0] & 15 == 8:
            code, reason = int.from_bytes(pending[start:start + 2], "big"), pending[start + 2:start + length].decode()
            print("closed", code, reason, flush=True)
            sys.exit(0)
        pending = pending[start + length:]
    if not data:
        print("ended without a close frame", flush=True)
        sys.exit(1)
    if patient:
        time.sleep(1)
        patient = not select.select([sys.stdin], [], [], 0)[0]
