// The supervisor's view: agents by group, queues now and over time, and one agent closely, whom they can help.
import type { State } from '@deskline/client';
import { byName } from '@deskline/components/words';
import { html } from 'lit';
import { state as internal } from 'lit/decorators.js';
import { View } from './view';

export class Team extends View {
  @internal() private group = '';
  @internal() private chosen = '';

  protected override select = (state: State) => [state.groups];

  protected override draw(): unknown {
    const { client, say, chosen } = this,
      groups = [...this.state.groups.values()].map(({ name }) => name).sort(byName(this.language));
    const choose = ({ target }: Event) => (this.group = (target as HTMLSelectElement).value);
    return html`<div class="team">
      <div class="column">
        <section class="card stack" aria-labelledby="team-agents">
          <h2 id="team-agents">${say('team.agents')}</h2>
          <label>${say('team.group')}<select @change=${choose}>
            <option value="">${say('team.all')}</option>${groups.map((name) => html`<option>${name}</option>`)}
          </select></label>
          <deskline-agent-board .client=${client} .group=${this.group} .chosen=${chosen}
            @deskline-agent=${({ detail }: CustomEvent<string>) => (this.chosen = detail)}></deskline-agent-board>
        </section>
      </div>
      <div class="column">
        <section class="card stack" aria-labelledby="team-agent">
          <h2 id="team-agent">${chosen ? say('team.agent', { agent: chosen }) : say('open.agent')}</h2>
          ${
            chosen
              ? html`<deskline-agent-state .client=${client} .agent=${chosen}></deskline-agent-state>
                <deskline-timeline .client=${client} .agent=${chosen}></deskline-timeline>
                <deskline-sessions .client=${client} .agent=${chosen}></deskline-sessions>`
              : html`<p class="soft">${say('team.nobody')}</p>`
          }
        </section>
        <section class="card" aria-labelledby="team-events"><h2 id="team-events">${say('desk.events')}</h2>
          <deskline-event-feed .client=${client}></deskline-event-feed></section>
      </div>
      <div class="column">
        <section class="card" aria-labelledby="team-queues"><h2 id="team-queues">${say('team.queues')}</h2>
          <deskline-queue-board .client=${client}></deskline-queue-board></section>
        <section class="card" aria-labelledby="team-charts"><h2 id="team-charts">${say('team.charts')}</h2>
          <deskline-queue-charts .client=${client}></deskline-queue-charts></section>
      </div>
    </div>`;
  }
}
