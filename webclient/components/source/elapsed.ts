// <deskline-elapsed>: the time since a moment. It draws only its own text, once a second; all on a page tick together.
import { gatewayNow } from './gateway_clock';
import { clock } from './words';

const running = new Set<Elapsed>();
let ticking: ReturnType<typeof setInterval> | undefined;

export class Elapsed extends HTMLElement {
  static observedAttributes = ['since'];
  #since = 0;

  connectedCallback(): void {
    running.add(this);
    ticking ??= setInterval(() => running.forEach((one) => one.draw()), 1000);
    this.setAttribute('role', 'timer');
    this.draw();
  }
  disconnectedCallback(): void {
    running.delete(this);
    if (running.size) return;
    clearInterval(ticking);
    ticking = undefined;
  }
  attributeChangedCallback(_name: string, _before: string | null, since: string | null): void {
    this.#since = Date.parse(since ?? '');
    this.draw();
  }
  draw(): void {
    const text = Number.isNaN(this.#since) ? '' : clock((gatewayNow() - this.#since) / 1000);
    if (this.textContent !== text) this.textContent = text;
  }
}
