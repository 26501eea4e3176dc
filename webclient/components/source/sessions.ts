// <deskline-sessions>: the sessions of an agent, or all that the caller sees, with their figures; each can be ended
// where that is allowed.
import type { AgentSession, Client, Problem, State } from '@deskline/client';
import { html, nothing } from 'lit';
import { property, state as internal } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { DesklineElement, refusal } from './element';
import { watchStatistics } from './statistics';
import { byName, clock, timeOfDay } from './words';

export class SessionsElement extends DesklineElement {
  @property() agent = '';
  @internal() private refused = new Map<string, Problem>();
  @internal() private ending = new Set<string>();

  protected override select = (state: State) => [state.sessions, state.identity];
  protected override begin = (client: Client) => [watchStatistics(client, 'sessions')];

  protected override draw(): unknown {
    const compare = byName(this.language);
    const sessions = [...this.state.sessions.values()]
      .filter(({ agent }) => !this.agent || agent === this.agent)
      .sort((a, b) => compare(a.agent + a.acdGroup, b.agent + b.acdGroup));
    if (!sessions.length) return html`<p class="empty">${this.words('sessions.none')}</p>`;
    return html`<ul aria-label=${this.words('sessions.title')}>${repeat(
      sessions,
      ({ id }) => id,
      (session) => this.#row(session),
    )}</ul>`;
  }

  #row(session: AgentSession): unknown {
    const { statistics: of, id } = session;
    return html`<li data-session=${id}>
      <div class="row">
        <strong>${this.agent ? session.acdGroup : session.agent}</strong>
        <span class="soft">${this.agent ? session.address : `${session.acdGroup} · ${session.address}`}</span>
        <span class="state end" data-state=${session.state}>${this.words(`state.${session.state}`)}</span>
        <deskline-elapsed since=${session.since}></deskline-elapsed>
      </div>
      <div class="row soft small">
        <span>${this.words('sessions.calls', { count: of.calls })}</span>
        <span>${this.words('sessions.average', { time: clock(of.averageTalkSeconds) })}</span>
        ${session.reason ? html`<span>${session.reason}</span>` : nothing}
        ${
          session.stale
            ? html`<span>${this.words('stale', { time: timeOfDay(session.stale.since, this.language) })}</span>`
            : nothing
        }
        <button class="end"
          aria-label=${this.words('sessions.end-of', { agent: session.agent, group: session.acdGroup })}
          ?disabled=${!session.allowedStates.includes('session-ended') || Boolean(session.stale) || this.ending.has(id)}
          @click=${() => void this.#end(id)}>${this.words('sessions.end')}</button>
      </div>
      ${refusal(this.refused.get(id))}
    </li>`;
  }

  async #end(id: string): Promise<void> {
    this.ending = new Set([...this.ending, id]);
    this.refused = new Map();
    await this.client!.endSession(id).catch((problem: Problem) => (this.refused = new Map([[id, problem]])));
    this.ending = new Set([...this.ending].filter((one) => one !== id));
  }
}
