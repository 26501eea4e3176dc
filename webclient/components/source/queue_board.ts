// <deskline-queue-board>: each queue's waiting calls, waits and losses. Figures are read every five seconds.
import type { Client, Queue, State } from '@deskline/client';
import { css, html } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { DesklineElement } from './element';
import { watchStatistics } from './statistics';
import { byName, clock, percent } from './words';

/** The share of answered calls, 0 to 1: of those answered and abandoned. Undefined where there were none. */
export function answered({ statistics: { queued, waiting, abandoned } }: Queue): number | undefined {
  const over = queued - waiting;
  return over > 0 ? Math.max(0, over - abandoned) / over : undefined;
}

export class QueueBoardElement extends DesklineElement {
  static override styles = [
    ...DesklineElement.styles,
    css`
      .view {
        overflow-x: auto;
      }
      th,
      td {
        padding-inline: var(--gap-1);
      }
      td.waiting strong {
        font-size: var(--large);
      }
    `,
  ];

  protected override select = (state: State) => [state.queues];
  protected override begin = (client: Client) => [watchStatistics(client, 'queues')];

  protected override draw(): unknown {
    const compare = byName(this.language),
      queues = [...this.state.queues.values()].sort((a, b) => compare(a.name, b.name)),
      words = this.words;
    if (!queues.length) return html`<p class="empty">${words('queues.none')}</p>`;
    return html`<div class="view" tabindex="0" role="group" aria-label=${words('queues.title')}><table>
      <thead><tr><th scope="col">${words('queues.queue')}</th>
        <th scope="col" class="number">${words('queues.waiting')}</th>
        <th scope="col" class="number">${words('queues.longest')}</th>
        <th scope="col" class="number">${words('queues.average')}</th>
        <th scope="col" class="number">${words('queues.abandoned')}</th>
        <th scope="col" class="number">${words('queues.service')}</th></tr></thead>
      <tbody>${repeat(
        queues,
        ({ id }) => id,
        (queue) => this.#row(queue),
      )}</tbody>
    </table></div>`;
  }

  #row(queue: Queue): unknown {
    const { waiting, longestWaitSeconds, averageWaitSeconds, abandoned } = queue.statistics,
      share = answered(queue);
    return html`<tr data-queue=${queue.id}><th scope="row">${queue.name}</th>
      <td class="number waiting"><strong>${waiting}</strong></td><td class="number">${clock(longestWaitSeconds)}</td>
      <td class="number">${clock(averageWaitSeconds)}</td><td class="number">${abandoned}</td>
      <td class="number">${share === undefined ? '–' : percent(share, this.language)}</td></tr>`;
  }
}
