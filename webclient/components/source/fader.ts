// One slider's way to the gateway and back. Moves are sent at most ten times a second, the last one always; until it is
// let go and the last command is answered, the slider shows the user's value and not the gateway's.
import type { Problem } from '@deskline/client';

const pace = 100; // ms

export class Fader {
  #held = new Map<string, number>();
  #waiting: object | undefined;
  #busy = false;

  constructor(
    private readonly send: (change: object) => Promise<unknown>,
    private readonly redraw: () => void,
    private readonly refused: (problem: Problem | undefined) => void,
  ) {}

  shown(key: string, reported: number): number {
    return this.#held.get(key) ?? reported;
  }

  /** Moves `volume`, or `channel<n>` where `channels` are the levels of all. */
  move(key: string, value: number, channels: readonly number[]): void {
    this.#held.set(key, value);
    this.redraw();
    this.set(
      key === 'volume'
        ? { volume: value }
        : { channelVolumes: channels.map((before, i) => this.shown('channel' + i, before)) },
    );
  }

  set(change: object): void {
    this.#waiting = { ...this.#waiting, ...change };
    if (!this.#busy) void this.#pass();
  }

  #letGo = new Set<string>();
  release(key?: string): void {
    for (const one of key ? [key] : this.#held.keys()) this.#letGo.add(one);
    if (!this.#busy) this.#forget();
  }

  async #pass(): Promise<void> {
    this.#busy = true;
    while (this.#waiting) {
      const change = this.#waiting,
        paced = new Promise((next) => setTimeout(next, pace));
      this.#waiting = undefined;
      try {
        await this.send(change);
        this.refused(undefined);
      } catch (problem) {
        this.refused(problem as Problem);
      }
      await paced;
    }
    this.#busy = false;
    this.#forget();
  }

  #forget(): void {
    for (const key of this.#letGo) this.#held.delete(key);
    this.#letGo.clear();
    this.redraw();
  }
}
