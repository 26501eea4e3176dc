// <deskline-audio-mixer>: devices and sessions with volume, mute, channels and peaks; who changed them last; which
// device is the default for what. While a slider is held, events from the gateway do not move it.
import type { AudioDevice, AudioSession, Client, Problem, State } from '@deskline/client';
import { css, html, nothing } from 'lit';
import { property, state as internal } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { DesklineElement, refusal } from './element';
import { Fader } from './fader';
import { byName, percent, timeOfDay } from './words';

type Item = AudioDevice | AudioSession;
const isDevice = (item: Item): item is AudioDevice => 'flow' in item;

export class AudioMixerElement extends DesklineElement {
  static override styles = [
    ...DesklineElement.styles,
    css`
      .fader {
        display: grid;
        grid-template-columns: 1fr 3.5rem auto;
        align-items: center;
        gap: var(--gap-2);
      }
      input[type='range'] {
        width: 100%;
        min-width: 0;
        height: 1.75rem;
        accent-color: var(--accent);
      }
      output {
        text-align: end;
      }
      .meter {
        margin: var(--gap-1) 0;
        height: 0.25rem;
        background: var(--line);
        border-radius: 1em;
        overflow: hidden;
      }
      .meter div {
        height: 100%;
        background: var(--ready);
        transform: scaleX(var(--peak, 0));
        transform-origin: 0 0;
        transition: transform 80ms linear;
      }
      :host(:dir(rtl)) .meter div {
        transform-origin: 100% 0;
      }
      .muted {
        color: var(--bad);
        font-weight: 600;
      }
      .default {
        font-size: var(--small);
        padding: 0 0.5em;
        border: 1px solid var(--edge);
        border-radius: 1em;
      }
      .below {
        display: flex;
        justify-content: space-between;
        min-height: 1.4em;
      }
      details[open] {
        flex: 1;
      }
      summary {
        cursor: pointer;
        font-size: var(--small);
        color: var(--soft);
      }
    `,
  ];

  /** `devices` or `sessions`: only these are shown. */
  @property() only = '';
  @internal() private refused = new Map<string, Problem>();
  #by = new Map<string, { actor: string; time: string }>();
  #faders = new Map<string, Fader>();

  protected override select = (state: State) => [state.devices, state.audioSessions];

  protected override begin(client: Client): (() => void)[] {
    const onChange = ({
      data,
      time,
    }: {
      data: { device?: Item; session?: Item; cause?: { actor: string } };
      time: string;
    }) => {
      const id = (data.device ?? data.session)!.id;
      if (data.cause) this.#by.set(id, { actor: data.cause.actor, time });
      else this.#by.delete(id);
      const gone = (one: string) => !this.state.devices.has(one) && !this.state.audioSessions.has(one);
      for (const one of [...this.#by.keys(), ...this.#faders.keys()].filter(gone)) {
        this.#by.delete(one);
        this.#faders.get(one)?.release();
        this.#faders.delete(one);
      }
      this.requestUpdate();
    };
    return [
      client.on('audio.device', onChange),
      client.on('audio.session', onChange),
      client.meters(),
      client.on('audio.meter', ({ data: { object, peak } }) =>
        this.renderRoot
          .querySelector<HTMLElement>(`[data-meter="${CSS.escape(object)}"]`)
          ?.style.setProperty('--peak', String(Math.min(1, peak))),
      ),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const fader of this.#faders.values()) fader.release();
  }

  protected override draw(): unknown {
    const compare = byName(this.language),
      name = (item: Item) => this.#name(item);
    const items: Item[] = [
      ...(this.only === 'sessions' ? [] : this.state.devices.values()),
      ...(this.only === 'devices' ? [] : this.state.audioSessions.values()),
    ];
    if (!items.length) return html`<p class="empty">${this.words('mixer.none')}</p>`;
    items.sort((a, b) => Number(isDevice(b)) - Number(isDevice(a)) || compare(name(a), name(b)));
    return html`<ul aria-label=${this.words('mixer.title')}>${repeat(
      items,
      ({ id }) => id,
      (item) => this.#row(item),
    )}</ul>`;
  }

  #name(item: Item): string {
    if (isDevice(item)) return item.name;
    return item.systemSounds ? this.words('mixer.system-sounds') : item.displayName || item.process.name;
  }

  #fader(item: Item): Fader {
    const known = this.#faders.get(item.id);
    if (known) return known;
    const set = isDevice(item)
      ? (change: object) => this.client!.setDevice(item.id, change)
      : (change: object) => this.client!.setAudioSession(item.id, change);
    const fader = new Fader(
      set,
      () => this.requestUpdate(),
      (problem) => (this.refused = new Map(problem ? [[item.id, problem]] : [])),
    );
    this.#faders.set(item.id, fader);
    return fader;
  }

  #row(item: Item): unknown {
    const name = this.#name(item),
      fader = this.#fader(item),
      volume = fader.shown('volume', item.volume),
      by = this.#by.get(item.id);
    const slide =
      (key: string) =>
      ({ target }: Event) =>
        fader.move(key, Number((target as HTMLInputElement).value), item.channelVolumes);
    return html`<li data-object=${item.id}>
      <div class="row">
        <strong>${name}</strong>
        ${
          isDevice(item)
            ? item.defaultFor.map((role) => html`<span class="default">${this.words(`mixer.default.${role}`)}</span>`)
            : nothing
        }
        <span class="small end ${item.muted ? 'muted' : 'soft'}">${this.words(
          item.muted ? 'mixer.muted' : `mixer.state.${item.state}`,
        )}</span>
      </div>
      <div class="fader">
        <input type="range" min="0" max="1" step="0.01" .value=${String(volume)}
          aria-label=${this.words('mixer.volume', { name })} aria-valuetext=${percent(volume, this.language)}
          @input=${slide('volume')} @change=${() => fader.release('volume')} />
        <output>${percent(volume, this.language)}</output>
        <button aria-pressed=${String(item.muted)} aria-label=${this.words('mixer.mute-of', { name })}
          @click=${() => fader.set({ muted: !item.muted })}>${this.words('mixer.mute')}</button>
      </div>
      <div class="meter" data-meter=${item.id} role="img"
        aria-label=${this.words('mixer.peak', { name })}><div></div></div>
      <div class="below">
        ${
          item.channelVolumes.length > 1
            ? html`<details><summary>${this.words('mixer.channels')}</summary>${item.channelVolumes.map(
                (value, i) =>
                  html`<div class="fader">
                    <input type="range" min="0" max="1" step="0.01"
                      .value=${String(fader.shown('channel' + i, value))}
                      aria-label=${this.words('mixer.channel', { number: i + 1, name })}
                      @input=${slide('channel' + i)} @change=${() => fader.release('channel' + i)} />
                    <output>${percent(fader.shown('channel' + i, value), this.language)}</output>
                  </div>`,
              )}</details>`
            : nothing
        }
        <span class="soft small end">${
          by ? `${this.words('mixer.by', { actor: by.actor })}, ${timeOfDay(by.time, this.language)}` : ''
        }</span>
      </div>
      ${refusal(this.refused.get(item.id))}
    </li>`;
  }
}
