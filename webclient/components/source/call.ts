// <deskline-call>: the calls that are on, each with who calls whom, from which queue, for how long. Fires
// `deskline-call` (detail: the call) once for each call that rings or is connected, for a CRM's screen pop.
import type { Call, Client, State } from '@deskline/client';
import { css, html } from 'lit';
import { property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { DesklineElement } from './element';

const rings = (call: Call) => call.state === 'offering' || call.state === 'connected';

export class CallElement extends DesklineElement {
  static override styles = [
    ...DesklineElement.styles,
    css`
      .who {
        font-size: var(--large);
        font-weight: 600;
        overflow-wrap: anywhere;
      }
    `,
  ];

  /** Only calls of this agent's sessions. */
  @property() agent = '';
  #popped = new Set<string>();

  protected override select = (state: State) => [state.calls, this.agent && state.sessions];

  protected override begin(client: Client): (() => void)[] {
    const look = (calls: State['calls']) => {
      for (const id of this.#popped) if (!calls.has(id)) this.#popped.delete(id);
      for (const call of calls.values()) this.#pop(call);
    };
    look(client.state.calls);
    return [client.subscribe((state) => state.calls, look)]; // also calls that came while there was no connection
  }

  #pop(call: Call): void {
    if (!rings(call) || this.#popped.has(call.id) || !this.#mine(call)) return;
    this.#popped.add(call.id);
    this.dispatchEvent(new CustomEvent('deskline-call', { detail: call, bubbles: true, composed: true }));
  }

  #mine = (call: Call): boolean => !this.agent || this.state.sessions.get(call.session ?? '')?.agent === this.agent;

  protected override draw(): unknown {
    const calls = [...this.state.calls.values()].filter(this.#mine);
    if (!calls.length) return html`<p class="empty">${this.words('call.none')}</p>`;
    return html`<ul aria-label=${this.words('call.title')}>${repeat(
      calls,
      (call) => call.id,
      (call) => this.#row(call),
    )}</ul>`;
  }

  #row(call: Call): unknown {
    const { caller, called, session } = call,
      group = this.state.sessions.get(session ?? '')?.acdGroup;
    return html`<li data-call=${call.id}>
      <div class="row">
        <span class="who">${caller.name ?? caller.number ?? this.words('call.withheld')}</span>
        <span class="state end" data-state=${call.state}>${this.words(`state.${call.state}`)}</span>
        <deskline-elapsed since=${call.since}></deskline-elapsed>
      </div>
      <div class="row soft small">
        ${caller.name && caller.number ? html`<span>${caller.number}</span>` : ''}
        <span>${this.words('call.for', { called: called.name ?? called.number ?? call.address })}</span>
        ${group ? html`<span>${this.words('call.queue', { group })}</span>` : ''}
        ${call.direction === 'unknown' ? '' : html`<span class="end">${this.words(`call.${call.direction}`)}</span>`}
      </div>
    </li>`;
  }
}
