// <deskline-event-feed>: the last events in words, filtered by kind and by a text.
import type { Client, DesklineEvent } from '@deskline/client';
import { percent, timeOfDay, type Key as Common } from '@deskline/components/words';
import { html } from 'lit';
import { state as internal } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { View } from './view';
import type { Key } from './words';

const mostLines = 300,
  kinds = ['agent-session', 'agent', 'call', 'audio', 'source'] as const;
interface Line {
  readonly event: DesklineEvent;
  readonly kind: string;
  readonly language: string; // of `text` and `by`
  readonly text: string;
  readonly by: string;
}

export class EventFeed extends View {
  @internal() private kind = '';
  @internal() private sought = '';
  #lines: Line[] = [];

  protected override select = () => [];
  protected override begin = (client: Client) => [client.on('event', (event) => this.#add(event))];

  #add(event: DesklineEvent): void {
    if (event.type === 'deskline.audio.meter') return;
    const line = this.#put(event),
      { kind } = line;
    // Volume events of one object that follow each other are one line, and so are two events with the same words.
    const last = this.#lines[0],
      about = ({ event: { subject }, text }: Line) => (kind.startsWith('audio') ? subject : text);
    if (last?.kind === kind && about(last) === about(line)) this.#lines[0] = line;
    else this.#lines.unshift(line);
    this.#lines.length = Math.min(mostLines, this.#lines.length);
    this.requestUpdate();
  }

  #put(event: DesklineEvent): Line {
    const cause = 'cause' in event.data && typeof event.data.cause === 'object' ? event.data.cause : undefined;
    const by = cause ? this.say('events.by', { actor: cause.actor }) + (cause.reason ? ` (${cause.reason})` : '') : '';
    return { event, kind: event.type.slice('deskline.'.length), language: this.language, text: this.#text(event), by };
  }

  // An event's name in words; an event without a text of its own has that of the state.
  #word(name: string): string {
    const key = `event.${name}` as Key,
      said = this.say(key);
    return said === key ? this.words(`state.${name}` as Common) : said;
  }

  #sound(name: string, change: string, { volume, muted }: { volume: number; muted: boolean }): string {
    const said = `${name}: ${this.#word(change)}`;
    return change === 'volume' ? `${said} ${muted ? this.words('mixer.muted') : percent(volume, this.language)}` : said;
  }

  #text(event: DesklineEvent): string {
    const state = (name: string) => this.words(`state.${name}` as Common);
    switch (event.type) {
      case 'deskline.agent-session': {
        const { agent, acdGroup, reason, ...session } = event.data.session;
        return `${agent}, ${acdGroup}: ${state(session.state)}${reason ? ` (${reason})` : ''}`;
      }
      case 'deskline.agent':
        return `${event.data.agent.id}: ${this.#word(event.data.event)}`;
      case 'deskline.call': {
        const { call } = event.data;
        return `${call.caller.name ?? call.caller.number ?? this.words('call.withheld')}: ${state(call.state)}`;
      }
      case 'deskline.address':
        return `${event.data.address.name}: ${event.data.address.state}`;
      case 'deskline.audio.device':
        return this.#sound(event.data.device.name, event.data.change, event.data.device);
      case 'deskline.audio.session':
        return this.#sound(
          event.data.session.displayName || event.data.session.process.name,
          event.data.change,
          event.data.session,
        );
      case 'deskline.source':
        return `${this.#word(event.data.source)}: ${this.#word(event.data.event)}`;
      default:
        return event.subject;
    }
  }

  protected override draw(): unknown {
    const say = this.say,
      sought = this.sought.toLowerCase(),
      { language } = this;
    if (this.#lines.some((line) => line.language !== language))
      this.#lines = this.#lines.map(({ event }) => this.#put(event));
    const lines = this.#lines.filter(
      ({ kind, text, by }) =>
        (!this.kind || kind === this.kind || kind.startsWith(this.kind + '.')) &&
        (!sought || `${text} ${by}`.toLowerCase().includes(sought)),
    );
    const choose = ({ target }: Event) => (this.kind = (target as HTMLSelectElement).value),
      seek = ({ target }: Event) => (this.sought = (target as HTMLInputElement).value);
    return html`
      <div class="filters">
        <label>${say('events.filter')}<select @change=${choose}>
          <option value="">${say('events.all')}</option>
          ${kinds.map((kind) => html`<option value=${kind}>${say(`events.${kind}`)}</option>`)}
        </select></label>
        <label>${say('events.search')}<input type="search" @input=${seek} /></label>
      </div>
      ${
        lines.length
          ? html`<ol class="event-feed" tabindex="0" aria-label=${say('desk.events')}>${repeat(
              lines,
              ({ event }) => event.id,
              ({ event: { time }, text, by }) =>
                html`<li>
                  <time class="soft small" datetime=${time}>${timeOfDay(time, language)}</time>
                  <span>${text} <span class="soft">${by}</span></span>
                </li>`,
            )}</ol>`
          : html`<p class="soft event-feed">${say(this.#lines.length ? 'events.none-found' : 'events.none')}</p>`
      }
    `;
  }
}
