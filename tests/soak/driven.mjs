// A gateway whose clocks the test moves (clock.c), and the test's random numbers, the same for the same seed.
import { closeSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

export const build = resolve(import.meta.dirname, '../../build');

// Every program that is started from now on runs on these clocks. This process does not; it calls `now`.
export class DrivenTime {
  constructor(folder) {
    const library = join(build, 'soak-clock.so'),
      source = join(import.meta.dirname, 'clock.c');
    mkdirSync(build, { recursive: true });
    if (statSync(library, { throwIfNoEntry: false })?.mtimeMs > statSync(source).mtimeMs !== true)
      execFileSync('cc', ['-O2', '-Wall', '-shared', '-fPIC', '-o', library, source, '-ldl']);
    const file = join(folder, 'clock');
    this.file = openSync(file, 'w+');
    this.words = Buffer.alloc(32);
    writeSync(this.file, this.words, 0, 32, 0);
    // SOAK_BEFORE: a sanitizer's library, which must be loaded first.
    // The C library counts what its threads keep of freed memory, up to 7 pieces of each size, as in use.
    this.environment = {
      LD_PRELOAD: [process.env.SOAK_BEFORE, library].filter(Boolean).join(' '),
      SOAK_CLOCK: file,
      GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0',
    };
    this.ahead = 0; // milliseconds
    this.asked = 0n;
  }
  now() {
    return Date.now() + this.ahead;
  }
  moveTo(time) {
    this.ahead = Math.max(this.ahead, time - Date.now());
    this.words.writeBigInt64LE(BigInt(Math.round(this.ahead)) * 1_000_000n, 0);
    writeSync(this.file, this.words, 0, 8, 0);
  }
  // The bytes in use of the gateway's heap.
  async heap() {
    this.words.writeBigInt64LE(++this.asked, 8);
    writeSync(this.file, this.words, 8, 8, 8);
    const read = Buffer.alloc(32);
    for (;;) {
      readSync(this.file, read, 0, 32, 0);
      if (read.readBigInt64LE(24) === this.asked) return Number(read.readBigInt64LE(16));
      await new Promise((done) => setTimeout(done, 5));
    }
  }
  close() {
    closeSync(this.file);
  }
}

export class Chance {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  next() {
    // mulberry32
    let t = (this.state = (this.state + 0x6d2b79f5) >>> 0);
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  below(count) {
    return Math.floor(this.next() * count);
  }
  of(list) {
    return list[this.below(list.length)];
  }
}
