// What happened: the last events in words, by kind and by what is looked for.
import type { Client, DesklineEvent } from '@deskline/client';
import { timeOfDay, type Key as Common } from '@deskline/components/words';
import { html } from 'lit';
import { state as internal } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { View } from './view';

const kept = 300, kinds = ['agent-session', 'agent', 'call', 'audio', 'source'] as const;
interface Line {
  readonly id: string;
  readonly time: string;
  readonly kind: string;
  readonly text: string;
  readonly by: string;
}

export class Happenings extends View {
  @internal() private kind = '';
  @internal() private sought = '';
  #lines: Line[] = [];

  protected override select = () => [];
  protected override begin = (client: Client) => [client.on('event', (event) => this.#add(event))];

  #add(event: DesklineEvent): void {
    if (event.type === 'deskline.audio.meter') return;
    const kind = event.type.slice('deskline.'.length), cause = 'cause' in event.data && typeof event.data.cause === 'object' ? event.data.cause : undefined;
    const line = { id: event.id, time: event.time, kind, text: this.#text(event), by: cause ? this.say('events.by', { actor: cause.actor }) + (cause.reason ? ` (${cause.reason})` : '') : '' };
    // Volumes that follow each other are one line.
    const last = this.#lines[0];
    if (last?.kind === kind && kind.startsWith('audio') && last.text.split(':')[0] === line.text.split(':')[0]) this.#lines[0] = line;
    else this.#lines.unshift(line);
    this.#lines.length = Math.min(kept, this.#lines.length);
    this.requestUpdate();
  }

  #text(event: DesklineEvent): string {
    const state = (name: string) => this.words(`state.${name}` as Common);
    switch (event.type) {
      case 'deskline.agent-session': {
        const { session } = event.data;
        return `${session.agent}, ${session.acdGroup}: ${state(session.state)}${session.reason ? ` (${session.reason})` : ''}`;
      }
      case 'deskline.agent':
        return `${event.data.agent.id}: ${event.data.event}`;
      case 'deskline.call': {
        const { call } = event.data;
        return `${call.caller.name ?? call.caller.number ?? this.words('call.withheld')}: ${state(call.state)}`;
      }
      case 'deskline.audio.device':
        return `${event.data.device.name}: ${event.data.change} ${Math.round(event.data.device.volume * 100)} %`;
      case 'deskline.audio.session':
        return `${event.data.session.displayName || event.data.session.process.name}: ${event.data.change} ${Math.round(event.data.session.volume * 100)} %`;
      case 'deskline.source':
        return `${event.data.source}: ${event.data.event}`;
      default:
        return event.subject;
    }
  }

  protected override draw(): unknown {
    const say = this.say, sought = this.sought.toLowerCase();
    const lines = this.#lines.filter(({ kind, text, by }) => (!this.kind || kind === this.kind || kind.startsWith(this.kind + '.')) && (!sought || `${text} ${by}`.toLowerCase().includes(sought)));
    return html`
      <div class="filters">
        <label>${say('events.filter')}<select @change=${({ target }: Event) => (this.kind = (target as HTMLSelectElement).value)}><option value="">${say('events.all')}</option>${kinds.map((kind) => html`<option value=${kind}>${say(`events.${kind}`)}</option>`)}</select></label>
        <label>${say('events.search')}<input type="search" @input=${({ target }: Event) => (this.sought = (target as HTMLInputElement).value)} /></label>
      </div>
      ${lines.length
        ? html`<ol class="happenings" tabindex="0" aria-label=${say('desk.events')}>${repeat(lines, ({ id }) => id, ({ time, text, by }) => html`<li><time class="soft small" datetime=${time}>${timeOfDay(time, this.language)}</time><span>${text} <span class="soft">${by}</span></span></li>`)}</ol>`
        : html`<p class="soft happenings">${say(this.#lines.length ? 'events.none-found' : 'events.none')}</p>`}
    `;
  }
}
