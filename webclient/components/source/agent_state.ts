// <deskline-agent-state>: the big switch. All sessions of an agent at once or one by one; only what `allowedStates`
// allows is offered. A press is pending until the event has come; a refusal explains itself and the switch stands where
// it stood.
import type { AgentSession, Client, Problem, SessionState, State } from '@deskline/client';
import { html, nothing } from 'lit';
import { property, state as internal } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { styles } from './agent_state.styles';
import { DesklineElement, refusal } from './element';
import { timeOfDay } from './words';

type Wanted = Extract<SessionState, 'ready' | 'not-ready' | 'busy-wrapup'>;
const offered: readonly Wanted[] = ['ready', 'not-ready', 'busy-wrapup'];
const onCall = (session: AgentSession) => session.state === 'busy-on-call' || session.state === 'busy-wrapup';

export class AgentStateElement extends DesklineElement {
  static override styles = [...DesklineElement.styles, styles];

  /** Absent: the first agent that the caller is. */
  @property() agent = '';
  @internal() private together = true;
  @internal() private pending = new Map<string, SessionState>(); // by session
  // by the ids of the sessions that were to change, with spaces
  @internal() private refused = new Map<string, Problem>();
  @internal() private reason = '';
  @internal() private reasons = new Map<string, readonly string[]>();

  protected override select = (state: State) => [state.sessions, state.agents, state.identity];

  protected override begin(client: Client): (() => void)[] {
    void client.ready
      .then(async () => {
        const { body } = await client.request<{ items: { state: string; reasons: string[] }[] }>('GET', '/reasons');
        this.reasons = new Map(body.items.map(({ state, reasons }) => [state, reasons]));
      })
      .catch(() => {}); // without the list, any text may be a reason
    return [];
  }

  get #agent(): string {
    return this.agent || (this.state.identity?.agents[0] ?? '');
  }

  protected override draw(): unknown {
    const sessions = [...this.state.sessions.values()].filter((session) => session.agent === this.#agent);
    if (!this.state.agents.has(this.#agent)) return html`<p class="empty">${this.words('agent.nobody')}</p>`;
    if (!sessions.length) return html`<p class="empty">${this.words('agent.no-sessions')}</p>`;
    const parts = this.together || sessions.length === 1 ? [sessions] : sessions.map((session) => [session]);
    return html`
      ${
        sessions.length > 1
          ? html`<label class="small"><input type="checkbox" .checked=${this.together}
            @change=${() => (this.together = !this.together)} />${this.words('agent.all')}</label>`
          : nothing
      }
      ${repeat(
        parts,
        (part) => (part.length > 1 ? 'all' : part[0]!.id),
        (part) => this.#part(part),
      )}
    `;
  }

  #part(sessions: readonly AgentSession[]): unknown {
    const first = sessions[0]!,
      same = sessions.every(({ state }) => state === first.state),
      stale = sessions.find((session) => session.stale)?.stale;
    const pending = sessions.map(({ id }) => this.pending.get(id)).find(Boolean),
      key = sessions.map(({ id }) => id).join(' ');
    const reasons = this.reasons.get('not-ready') ?? [];
    return html`<section aria-label=${sessions.map(({ acdGroup }) => acdGroup).join(', ')} data-session=${key}>
      <div class="now">
        <span class="state" data-state=${same ? first.state : 'unknown'}>${this.words(
          same ? `state.${first.state}` : 'agent.mixed',
        )}</span>
        ${same ? html`<deskline-elapsed since=${first.since}></deskline-elapsed>` : nothing}
        <span class="soft small end">${sessions
          .map(({ acdGroup, address }) => `${acdGroup} · ${address}`)
          .join(', ')}</span>
      </div>
      <div class="switch" role="group" aria-label=${this.words('agent.title')}>
        ${offered.map((wanted) => this.#button(sessions, wanted, pending, Boolean(stale)))}
      </div>
      <div class="row">
        <label class="small">${this.words('agent.reason')}
          ${
            reasons.length
              ? html`<select .value=${this.reason} @change=${this.#choose}>
                <option value="">${this.words('agent.no-reason')}</option>${reasons.map(
                  (reason) => html`<option>${reason}</option>`,
                )}</select>`
              : html`<input maxlength="64" .value=${this.reason} @input=${this.#choose} />`
          }
        </label>
        <span class="note soft small end" aria-live="polite">${this.#note(sessions, pending, stale)}</span>
      </div>
      ${refusal(this.refused.get(key))}
    </section>`;
  }

  #choose = ({ target }: Event): void => void (this.reason = (target as HTMLInputElement).value);

  #note(
    sessions: readonly AgentSession[],
    pending: SessionState | undefined,
    stale: { since: string } | undefined,
  ): unknown {
    if (stale) return this.words('stale', { time: timeOfDay(stale.since, this.language) });
    if (pending) return this.words('agent.pending');
    const later = sessions.find((session) => session.pendingState);
    if (!later) return sessions.find(({ reason }) => reason)?.reason ?? '';
    return html`${this.words('agent.after-call', { state: this.words(`state.${later.pendingState!}`) })}
      <button @click=${() =>
        void this.client!.withdrawPendingState(later.id).catch((problem: Problem) =>
          this.#refuse(later.id, problem),
        )}>${this.words('agent.withdraw')}</button>`;
  }

  #button(
    sessions: readonly AgentSession[],
    wanted: Wanted,
    pending: SessionState | undefined,
    stale: boolean,
  ): unknown {
    const is = sessions.every(({ state }) => state === wanted),
      later = wanted !== 'busy-wrapup' && sessions.some(onCall);
    const allowed = sessions.every(
      (session) => session.state === wanted || session.allowedStates.includes(wanted) || (later && onCall(session)),
    );
    return html`<button data-wanted=${wanted} aria-pressed=${String(is)} aria-busy=${String(pending === wanted)}
      ?disabled=${is || !allowed || stale || Boolean(pending)} @click=${() => void this.#set(sessions, wanted)}>
      ${this.words(`action.${wanted}`)}
    </button>`;
  }

  // During a call, a state that the switch does not allow now is set when the call and its wrap-up are over.
  async #set(sessions: readonly AgentSession[], wanted: Wanted): Promise<void> {
    const key = sessions.map(({ id }) => id).join(' '),
      reason = this.reason;
    this.refused = new Map();
    this.pending = new Map([...this.pending, ...sessions.map(({ id }) => [id, wanted] as const)]);
    const outcomes = await Promise.allSettled(
      sessions
        .filter(({ state }) => state !== wanted)
        .map((session) =>
          this.client!.setState(session.id, wanted, {
            ...(wanted === 'not-ready' && reason && { reason }),
            ...(session.allowedStates.includes(wanted) ? {} : { when: 'after-call' as const }),
          }),
        ),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    this.pending = new Map([...this.pending].filter(([id]) => !sessions.some((session) => session.id === id)));
    if (failed) this.#refuse(key, failed.reason as Problem);
    else this.reason = '';
  }

  #refuse(key: string, problem: Problem): void {
    this.refused = new Map([[key, problem]]);
  }
}
