import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Problem } from '@deskline/client';
import { Fader } from '../source/fader';

let sent: object[], answer: (() => void)[], problems: (Problem | undefined)[], fader: Fader;
beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  answer = [];
  problems = [];
  fader = new Fader(
    (change) => (sent.push(change), new Promise<void>((done) => answer.push(done))),
    () => {},
    (problem) => problems.push(problem),
  );
});
afterEach(() => vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a fader', () => {
  test("shows the hand's value, whatever the gateway tells meanwhile, until it is let go and the last command is back", async () => {
    fader.move('volume', 0.5, []);
    expect(fader.shown('volume', 0.1)).toBe(0.5);
    fader.release('volume');
    expect(fader.shown('volume', 0.1)).toBe(0.5);
    answer[0]!();
    await pass(100);
    expect(fader.shown('volume', 0.5)).toBe(0.5);
    expect(fader.shown('volume', 0.7)).toBe(0.7);
  });

  test('sends one command at a time, ten a second at most, and the last value always', async () => {
    for (let i = 1; i <= 50; ++i) {
      fader.move('volume', i / 50, []);
      await pass(10);
      answer.at(-1)?.();
    }
    await pass(200);
    answer.at(-1)!();
    await pass(200);
    expect(sent.length).toBeGreaterThan(3);
    expect(sent.length).toBeLessThanOrEqual(7);
    expect(sent.at(-1)).toEqual({ volume: 1 });
  });

  test('a channel takes the others with it as they are', () => {
    fader.move('channel1', 0.2, [0.9, 0.8]);
    expect(sent).toEqual([{ channelVolumes: [0.9, 0.2] }]);
  });

  test("a refusal is told, and the gateway's value is back", async () => {
    fader = new Fader(
      () => Promise.reject(new Error('no')),
      () => {},
      (problem) => problems.push(problem),
    );
    fader.move('volume', 0.9, []);
    fader.release('volume');
    await pass(200);
    expect(problems.length).toBe(1);
    expect(fader.shown('volume', 0.3)).toBe(0.3);
  });
});
