// <deskline-connection>: whether the data on the page is up to date, in words and colour.
import type { Freshness, State } from '@deskline/client';
import { css, html } from 'lit';
import { DesklineElement } from './element';
import { timeOfDay } from './words';

export class ConnectionElement extends DesklineElement {
  static override styles = [
    ...DesklineElement.styles,
    css`
      p {
        display: inline-flex;
        align-items: center;
        gap: var(--gap-2);
        font-size: var(--small);
        font-weight: 600;
        color: var(--of);
      }
      p::before {
        content: '';
        width: 0.7em;
        height: 0.7em;
        border-radius: 50%;
        border: 2px solid var(--of);
      }
      [data-status='live'] {
        --of: var(--ready);
      }
      [data-status='live']::before {
        background: var(--of);
      }
      [data-status='connecting'],
      [data-status='recovering'] {
        --of: var(--away);
      }
      [data-status='stale'],
      [data-status='refused'],
      [data-status='source'] {
        --of: var(--bad);
      }
    `,
  ];

  protected override select = (state: State) => [state.sources];

  #text(freshness: Freshness): string {
    const time = 'since' in freshness ? timeOfDay(freshness.since, this.language) : '';
    if (freshness.status === 'refused' && freshness.code && freshness.code !== 4001)
      return this.words('connection.denied', { reason: freshness.reason });
    return this.words(`connection.${freshness.status}`, { time });
  }

  protected override draw = () => this.render();
  protected override render(): unknown {
    const freshness = this.client?.freshness ?? { status: 'connecting' as const };
    const lost = freshness.status === 'live' && this.state.sources.get('telephony')?.connected === false;
    return html`<p role="status" data-status=${lost ? 'source' : freshness.status}>${
      lost ? this.words('connection.source') : this.#text(freshness)
    }</p>`;
  }
}
