// An agent's statistics as the switch counts them: calls, talk, wrap-up.
import type { Client, State } from '@deskline/client';
import { watchStatistics } from '@deskline/components/statistics';
import { clock } from '@deskline/components/words';
import { html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { View } from './view';

export class Today extends View {
  @property() agent = '';
  protected override select = (state: State) => [state.agents.get(this.agent)];
  protected override begin = (client: Client) => [watchStatistics(client, 'agents')];

  protected override draw(): unknown {
    const of = this.state.agents.get(this.agent)?.statistics,
      say = this.say;
    if (!of) return nothing;
    return html`<dl class="statistics">
      <div><dt>${say('today.calls')}</dt><dd>${of.acdCalls + of.incomingCalls + of.outgoingCalls}</dd></div>
      <div><dt>${say('today.talk')}</dt><dd>${clock(of.acdTalkSeconds)}</dd></div>
      <div><dt>${say('today.wrapup')}</dt><dd>${clock(of.wrapUpSeconds)}</dd></div>
      <div><dt>${say('today.per-hour')}</dt>
        <dd>${new Intl.NumberFormat(this.language, { maximumFractionDigits: 1 }).format(of.callsPerHour)}</dd></div>
    </dl>`;
  }
}
