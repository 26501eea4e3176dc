// <deskline-timeline>: an agent's day as bars, one line for each group, from midnight (or the first event) until now.
import type { Client, EventOf, SessionState, State } from '@deskline/client';
import { css, html, svg } from 'lit';
import { property, state as internal } from 'lit/decorators.js';
import { DesklineElement } from './element';
import { gatewayNow } from './gateway_clock';
import { timeOfDay } from './words';

interface Bar {
  readonly state: SessionState;
  readonly from: number;
  to: number;
}
type SessionEvent = EventOf<'agent-session'>;
const pages = 40; // of 500 events
const mostBars = 5_000; // of one group; the oldest are dropped

export class TimelineElement extends DesklineElement {
  static override styles = [
    ...DesklineElement.styles,
    css`
      svg {
        display: block;
        width: 100%;
        height: 1.5rem;
        background: var(--ground);
        border-radius: 0.25rem;
      }
      rect {
        fill: var(--line);
      }
      rect[data-state='ready'] {
        fill: var(--ready);
      }
      rect[data-state='not-ready'] {
        fill: var(--away);
      }
      rect[data-state='busy-on-call'] {
        fill: var(--call);
      }
      rect[data-state='busy-wrapup'] {
        fill: var(--wrapup);
      }
      .axis {
        display: flex;
        justify-content: space-between;
      }
    `,
  ];

  @property() agent = '';
  @internal() private groups = new Map<string, Bar[]>();
  @internal() private loading = true;
  #read = '';

  protected override select = (state: State) => [state.sessions];

  protected override begin(client: Client): (() => void)[] {
    this.#read = ''; // it is read again at the next drawing
    const tick = setInterval(() => this.requestUpdate(), 10_000);
    return [
      client.on('agent-session', (event) => event.data.session.agent === this.agent && this.#add(event)),
      () => clearInterval(tick),
    ];
  }

  protected override willUpdate(): void {
    super.willUpdate();
    if (this.client && this.state.cursor && this.agent !== this.#read) void this.#history();
  }

  async #history(): Promise<void> {
    const { agent } = this,
      midnight = new Date(gatewayNow()).setHours(0, 0, 0, 0);
    this.#read = agent;
    this.groups = new Map();
    this.loading = true;
    let from = 'since=' + encodeURIComponent(new Date(midnight).toISOString());
    try {
      for (let page = 0; page < pages && agent === this.#read; ++page) {
        const { body } = await this.client!.request<{ items: SessionEvent[]; cursor: string }>(
          'GET',
          `/events?types=agent-session&agents=${encodeURIComponent(agent)}&limit=500&${from}`,
        );
        for (const event of body.items) this.#add(event);
        if (!body.items.length) break;
        from = 'after=' + encodeURIComponent(body.cursor);
      }
    } catch {
      /* the bars that are known are shown */
    }
    if (agent === this.#read) this.loading = false;
  }

  #add({ data: { session }, time }: Pick<SessionEvent, 'data' | 'time'>): void {
    const bars = this.groups.get(session.acdGroup) ?? [],
      last = bars.at(-1),
      at = Date.parse(time);
    if (last && at < last.from) return; // an event that was already drawn
    if (last) last.to = at;
    if (last?.state !== session.state) bars.push({ state: session.state, from: at, to: Infinity });
    else last.to = Infinity;
    if (bars.length > mostBars) bars.shift();
    this.groups = new Map(this.groups).set(session.acdGroup, bars);
  }

  protected override draw(): unknown {
    const words = this.words,
      now = gatewayNow(),
      first = Math.min(...[...this.groups.values()].flatMap((bars) => bars.map(({ from }) => from)));
    if (!this.groups.size)
      return html`<p class="empty">${words(this.loading ? 'timeline.loading' : 'timeline.none')}</p>`;
    const from = Math.min(first, now - 3_600_000),
      x = (time: number) => ((Math.min(time, now) - from) / (now - from)) * 1000;
    return html`<div role="group" aria-label=${words('timeline.title', { agent: this.agent })}>
      ${[...this.groups].map(
        ([group, bars]) => html`<p class="soft small">${group}</p>${this.#line(group, bars, x, now)}`,
      )}
      <div class="axis soft small">
        <span>${timeOfDay(from, this.language)}</span><span>${timeOfDay(now, this.language)}</span>
      </div>
    </div>`;
  }

  #line(group: string, bars: readonly Bar[], x: (time: number) => number, now: number): unknown {
    const seen = bars.filter(({ state }) => state !== 'session-ended');
    const said = (bar: Bar) =>
      this.words('timeline.bar', {
        state: this.words(`state.${bar.state}`),
        from: timeOfDay(bar.from, this.language),
        to: timeOfDay(Math.min(bar.to, now), this.language),
      });
    return html`<svg viewBox="0 0 1000 24" preserveAspectRatio="none" role="img"
      aria-label=${`${group}: ${seen.slice(-5).map(said).join('; ')}`}>
      ${seen.map(
        (bar) =>
          svg`<rect data-state=${bar.state} x=${x(bar.from)} width=${Math.max(1, x(bar.to) - x(bar.from))}
            height="24"><title>${said(bar)}</title></rect>`,
      )}
    </svg>`;
  }
}
