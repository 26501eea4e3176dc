// <deskline-agent-board>: agents by group with state and time in it; a state that lasts too long is shown in colour and
// in words. Only the rows in sight are drawn, so that five hundred agents cost no more than twenty. Fires
// `deskline-agent` (detail: the agent's id) when a row is chosen.
import type { AgentSession, Agent, State } from '@deskline/client';
import { css, html, nothing } from 'lit';
import { property, state as internal } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { DesklineElement } from './element';
import { gatewayNow } from './gateway_clock';
import { byName } from './words';

interface Row {
  readonly key: string;
  readonly group: string;
  readonly agent?: Agent;
  readonly session?: AgentSession;
  readonly count?: number;
}
/** Seconds in a state after which it is long, and very long. */
export const thresholds: Readonly<Record<string, readonly [number, number]>> = {
  'busy-on-call': [600, 1200],
  'busy-wrapup': [60, 180],
  'not-ready': [900, 1800],
};
/** How long this many seconds in a state are. */
export function longness(state: string, seconds: number): '' | 'long' | 'very-long' {
  const limits = thresholds[state];
  return !limits || seconds < limits[0] ? '' : seconds < limits[1] ? 'long' : 'very-long';
}
const rowHeight = 44; // px

export class AgentBoardElement extends DesklineElement {
  static override styles = [
    ...DesklineElement.styles,
    css`
      .view {
        position: relative;
        overflow-y: auto;
        height: var(--deskline-board-height, 28rem);
      }
      .all {
        position: relative;
      }
      .line {
        position: absolute;
        inset-inline: 0;
        height: 44px;
        contain: strict;
        display: grid;
        grid-template-columns: minmax(4rem, 1fr) minmax(8.5rem, auto) 4.5rem;
        align-items: center;
        gap: var(--gap-2);
        padding: 0 var(--gap-2);
        border-bottom: 1px solid var(--line);
      }
      .line.head {
        background: var(--ground);
        font-weight: 600;
      }
      .line[aria-selected='true'] {
        background: color-mix(in srgb, var(--accent) 12%, var(--raised));
      }
      [role='row'].line:not(.head) {
        cursor: pointer;
      }
      .name {
        overflow: hidden;
        white-space: nowrap;
        text-overflow: ellipsis;
      }
      .name span {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
        line-height: 1.2;
      }
      .time {
        text-align: end;
        line-height: 1.2;
      }
      .line > :nth-child(2) {
        width: 8.5rem;
        overflow: hidden;
      }
      .long {
        color: var(--away);
        font-weight: 600;
      }
      .very-long {
        color: var(--bad);
        font-weight: 700;
      }
    `,
  ];

  @property() group = '';
  @property() chosen = '';
  @internal() private first = 0;
  @internal() private shown = 20;
  #rows: readonly Row[] = [];
  #built: readonly unknown[] = [];
  #sizes: ResizeObserver | undefined;

  protected override select = (state: State) => [state.agents, state.sessions];
  protected override begin() {
    const ticking = setInterval(() => this.requestUpdate(), 5000); // thresholds are passed without an event
    return [() => clearInterval(ticking)];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes?.disconnect();
    this.#sizes = undefined;
  }

  protected override updated(): void {
    const view = this.renderRoot.querySelector('.view');
    if (!view || this.#sizes) return;
    this.#sizes = new ResizeObserver(() => (this.shown = Math.ceil(view.clientHeight / rowHeight) + 2));
    this.#sizes.observe(view);
  }

  // The rows: groups by name, each with its agents; an agent of two groups is in both. Built anew only when an
  // agent, a session or the chosen group has changed.
  #build(): readonly Row[] {
    const { agents, sessions } = this.state,
      compare = byName(this.language);
    if (this.#built[0] === agents && this.#built[1] === sessions && this.#built[2] === this.group) return this.#rows;
    this.#built = [agents, sessions, this.group];
    const groups = new Map<string, Row[]>(),
      placed = new Set<Agent>();
    const put = (row: Row & { agent: Agent }) => {
      placed.add(row.agent);
      const list = groups.get(row.group);
      if (list) list.push(row);
      else groups.set(row.group, [row]);
    };
    for (const session of sessions.values()) {
      const agent = agents.get(session.agent);
      if (agent && (!this.group || session.acdGroup === this.group))
        put({ key: session.id, group: session.acdGroup, agent, session });
    }
    if (!this.group)
      for (const agent of agents.values()) if (!placed.has(agent)) put({ key: agent.id, group: '', agent });
    const names = [...groups.keys()].sort((a, b) => Number(!a) - Number(!b) || compare(a, b));
    this.#rows = names.flatMap((group) => {
      const rows = groups.get(group)!.sort((a, b) => compare(a.agent!.id, b.agent!.id));
      return [{ key: 'group-' + group.replaceAll(/\s/g, '-'), group, count: rows.length }, ...rows];
    });
    return this.#rows;
  }

  protected override draw(): unknown {
    const rows = this.#build(),
      words = this.words;
    if (!rows.length) return html`<p class="empty">${words('agents.none')}</p>`;
    const first = Math.max(0, Math.min(this.first, rows.length - this.shown)),
      seen = rows.slice(first, first + this.shown).map((row, i) => ({ row, at: first + i }));
    return html`<div class="view" tabindex="0" role="grid" aria-label=${words('agents.title')}
      aria-rowcount=${rows.length} aria-activedescendant=${
        seen.find(({ row }) => row.agent && row.agent.id === this.chosen)?.row.key ?? nothing
      }
      @scroll=${({ target }: Event) => (this.first = Math.floor((target as Element).scrollTop / rowHeight))}
      @keydown=${this.#key}>
      <div class="all" role="rowgroup" .style=${`height:${rows.length * rowHeight}px`}>${repeat(
        seen,
        ({ row }) => row.key,
        ({ row, at }) => (row.agent ? this.#line(row, at) : this.#head(row, at)),
      )}</div>
    </div>`;
  }

  #head({ key, group, count }: Row, at: number): unknown {
    return html`<div class="line head" id=${key} role="row" aria-rowindex=${at + 1} .style=${`top:${at * rowHeight}px`}>
      <span role="gridcell" class="name">${group || this.words('agents.no-group')}</span>
      <span role="gridcell" class="soft small">${this.words('agents.count', { count: count! })}</span>
    </div>`;
  }

  #line({ key, agent, session }: Row, at: number): unknown {
    const { state, since } = session ?? agent!,
      long = longness(state, (gatewayNow() - Date.parse(since)) / 1000);
    return html`<div class="line" id=${key} role="row" aria-rowindex=${at + 1}
      aria-selected=${String(agent!.id === this.chosen)} data-agent=${agent!.id} .style=${`top:${at * rowHeight}px`}
      @click=${() => this.#choose(agent!.id)}>
      <span role="gridcell" class="name">${agent!.id}<span class="soft small">${
        session?.reason ?? (agent!.present ? this.#person(agent!) : this.words('agents.absent'))
      }</span></span>
      <span role="gridcell"><span class="state" data-state=${state}>${this.words(`state.${state}`)}</span></span>
      <span role="gridcell" class="time ${long}"><deskline-elapsed since=${since}></deskline-elapsed>${
        long
          ? html`<br /><span class="small">${this.words(long === 'long' ? 'agents.long' : 'agents.very-long')}</span>`
          : nothing
      }</span>
    </div>`;
  }

  #person = ({ id, user }: Agent): string => (user === id ? '' : user);

  #choose(agent: string): void {
    this.chosen = agent;
    this.dispatchEvent(new CustomEvent('deskline-agent', { detail: agent, bubbles: true, composed: true }));
  }

  #key = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const rows = this.#rows.filter((row) => row.agent),
      at = rows.findIndex((row) => row.agent!.id === this.chosen);
    const to = rows[Math.max(0, Math.min(rows.length - 1, (at < 0 && step > 0 ? -1 : at) + step))];
    if (!to) return;
    this.#choose(to.agent!.id);
    const view = this.renderRoot.querySelector('.view')!,
      top = this.#rows.indexOf(to) * rowHeight;
    if (top < view.scrollTop) view.scrollTop = top;
    else if (top + rowHeight > view.scrollTop + view.clientHeight) view.scrollTop = top + rowHeight - view.clientHeight;
  };
}
