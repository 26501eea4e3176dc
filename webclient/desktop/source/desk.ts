// The agent's view: state, call, headset, sessions and figures, volumes, and what happened.
import type { State } from '@deskline/client';
import { html } from 'lit';
import { View } from './view';

export class Desk extends View {
  protected override select = (state: State) => [state.identity, state.agents.size];

  protected override draw(): unknown {
    const { client, say } = this,
      mine = this.state.identity?.agents ?? [],
      agent = mine.find((id) => this.state.agents.has(id)) ?? mine[0] ?? '';
    return html`<div class="desk">
      <div class="column">
        <section class="card" aria-labelledby="desk-state"><h2 id="desk-state">${say('desk.state')}</h2>
          <deskline-agent-state .client=${client} agent=${agent}></deskline-agent-state></section>
        <section class="card" aria-labelledby="desk-call"><h2 id="desk-call">${say('desk.call')}</h2>
          <deskline-call .client=${client} agent=${agent}></deskline-call></section>
        <section class="card"><deskline-open-session .client=${client}></deskline-open-session></section>
      </div>
      <div class="column">
        <section class="card" aria-labelledby="desk-sessions"><h2 id="desk-sessions">${say('desk.sessions')}</h2>
          <deskline-today .client=${client} agent=${agent}></deskline-today>
          <deskline-sessions .client=${client} agent=${agent}></deskline-sessions></section>
        <section class="card" aria-labelledby="desk-audio"><h2 id="desk-audio">${say('desk.audio')}</h2>
          <deskline-headset .client=${client}></deskline-headset>
          <deskline-audio-mixer .client=${client}></deskline-audio-mixer></section>
      </div>
      <div class="column">
        <section class="card" aria-labelledby="desk-events"><h2 id="desk-events">${say('desk.events')}</h2>
          <deskline-event-feed .client=${client}></deskline-event-feed></section>
      </div>
    </div>`;
  }
}
