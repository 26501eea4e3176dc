// <deskline-headset>: whether this agent can hear and be heard, with a button that mends it. The devices that Windows
// uses for calls must be there, not muted and not turned down.
import type { AudioDevice, Problem, State } from '@deskline/client';
import { refusal } from '@deskline/components/element';
import { percent } from '@deskline/components/words';
import { html, nothing } from 'lit';
import { state as internal } from 'lit/decorators.js';
import { View } from './view';

type Part = 'microphone' | 'speaker';
export interface Finding {
  readonly fault: 'no' | 'muted' | 'silent';
  readonly part: Part;
  readonly device?: AudioDevice;
}
const tooQuiet = 0.1;

/** The faults of the devices for calls; empty: there are none. */
export function findings(devices: Iterable<AudioDevice>): Finding[] {
  const active = [...devices].filter(({ state }) => state === 'active');
  return (['speaker', 'microphone'] as const).flatMap((part): Finding[] => {
    const flow = active.filter((device) => device.flow === (part === 'speaker' ? 'render' : 'capture'));
    const device = flow.find(({ defaultFor }) => defaultFor.includes('communications')) ?? flow[0];
    if (!device) return [{ fault: 'no', part }];
    if (device.muted) return [{ fault: 'muted', part, device }];
    return device.volume < tooQuiet ? [{ fault: 'silent', part, device }] : [];
  });
}

export class Headset extends View {
  @internal() private problem: Problem | undefined;
  protected override select = (state: State) => [state.devices];

  protected override draw(): unknown {
    const { devices } = this.state,
      say = this.say;
    if (!devices.size && !this.state.sources.get('audio')?.connected) return nothing;
    const found = findings(devices.values());
    return html`<div class="headset" role="status" aria-label=${say('headset.title')}>
      ${
        found.length ? found.map((one) => this.#said(one)) : html`<p class="good">${say('headset.good')}</p>`
      }${refusal(this.problem)}
    </div>`;
  }

  #said({ fault, part, device }: Finding): unknown {
    const values = { name: device?.name ?? '', volume: percent(device?.volume ?? 0, this.language) };
    const mend = () =>
      this.client!.setDevice(device!.id, fault === 'muted' ? { muted: false } : { volume: 0.5 }).catch(
        (problem: Problem) => (this.problem = problem),
      );
    return html`<p class="notice" data-fault=${fault}><span>${this.say(`headset.${fault}-${part}`, values)}</span>${
      device
        ? html`<button @click=${() => void mend()}>${this.say(
            fault === 'muted' ? 'headset.unmute' : 'headset.louder',
          )}</button>`
        : nothing
    }</p>`;
  }
}
