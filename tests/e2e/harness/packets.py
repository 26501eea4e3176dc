# Starts a program whose standard error is a pipe of packets (O_DIRECT: each write is read by itself), interrupts it
# when `until` was written, and prints what it wrote, one JSON string a write. Arguments: until, then the command.
import json, os, signal, subprocess, sys

read, write = os.pipe2(os.O_DIRECT)
program = subprocess.Popen(sys.argv[2:], stderr=write, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
os.close(write)
said = ""
while packet := os.read(read, 65536):
    print(json.dumps(packet.decode()))
    waited = sys.argv[1] not in said
    said += packet.decode()
    if waited and sys.argv[1] in said: program.send_signal(signal.SIGINT)
sys.exit(program.wait())
