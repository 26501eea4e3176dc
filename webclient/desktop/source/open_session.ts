// Signing an agent in and opening a session: group and address from the switch's own lists, the PIN for this once.
import type { Problem, State } from '@deskline/client';
import { refusal } from '@deskline/components/element';
import { byName } from '@deskline/components/words';
import { html } from 'lit';
import { state as internal } from 'lit/decorators.js';
import { View } from './view';

export class OpenSession extends View {
  @internal() private pending = false;
  @internal() private problem: Problem | undefined;

  protected override select = (state: State) => [
    state.groups,
    state.addresses,
    state.identity,
    state.agents,
    state.sessions,
  ];

  protected override draw(): unknown {
    const { identity, agents, sessions } = this.state,
      mine = identity?.agents ?? [],
      say = this.say,
      compare = byName(this.language);
    const options = (items: Iterable<{ name: string }>) =>
      [...items]
        .map(({ name }) => name)
        .sort(compare)
        .map((name) => html`<option>${name}</option>`);
    const usable = [...this.state.addresses.values()].filter(({ handler }) => handler); // by an agent handler
    const signedIn = mine.filter((id) => agents.has(id)),
      open = [...sessions.values()].some(({ agent }) => mine.includes(agent));
    const form = html`<form class="form" @submit=${this.#open}>
        <label>${say('open.agent')}<input name="agent" required autocomplete="username" spellcheck="false"
          .defaultValue=${mine[0] ?? ''} /></label>
        <label>${say('open.pin')}<input name="pin" type="password" autocomplete="off" /></label>
        <label>${say('open.group')}<select name="acdGroup">${options(this.state.groups.values())}</select></label>
        <label>${say('open.address')}<select name="address">${options(usable)}</select></label>
        <button class="primary" ?disabled=${this.pending}>${say(this.pending ? 'open.pending' : 'open.do')}</button>
      </form>
      ${refusal(this.problem)}`;
    return html`
      ${
        open
          ? html`<details><summary>${say('open.another')}</summary>${form}</details>`
          : html`<h2>${say('open.title')}</h2>${form}`
      }
      ${signedIn.map(
        (agent) =>
          html`<p class="row"><button ?disabled=${this.pending}
            @click=${() => void this.#run(() => this.client!.signOut(agent))}
            >${say('open.sign-out', { agent })}</button></p>`,
      )}
    `;
  }

  #open = (event: Event): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement,
      of = Object.fromEntries(new FormData(form)) as Record<'agent' | 'pin' | 'acdGroup' | 'address', string>;
    void this.#run(async () => {
      await this.client!.signIn(of.agent.trim(), of.pin ? { pin: of.pin } : {});
      await this.client!.openSession(of.agent.trim(), { acdGroup: of.acdGroup, address: of.address });
      (form.elements.namedItem('pin') as HTMLInputElement).value = '';
    });
  };

  async #run(what: () => Promise<unknown>): Promise<void> {
    this.pending = true;
    this.problem = undefined;
    await what().catch((problem: Problem) => (this.problem = problem));
    this.pending = false;
  }
}
