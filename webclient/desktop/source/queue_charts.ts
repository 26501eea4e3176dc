// How the queues have gone since the page was opened: one curve for each, a point whenever statistics are read. Drawn
// by uPlot.
import type { Client, Queue, State } from '@deskline/client';
import { watchStatistics } from '@deskline/components/statistics';
import { answered } from '@deskline/components/queue_board';
import { byName, timeOfDay } from '@deskline/components/words';
import { html } from 'lit';
import { state as internal } from 'lit/decorators.js';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { settings } from './settings';
import { View } from './view';

type Metric = 'waiting' | 'longest' | 'abandoned' | 'service';
const metrics: Readonly<Record<Metric, (queue: Queue) => number | null>> = {
  waiting: ({ statistics }) => statistics.waiting,
  longest: ({ statistics }) => statistics.longestWaitSeconds,
  abandoned: ({ statistics }) => statistics.abandoned,
  service: (queue) => {
    const share = answered(queue);
    return share === undefined ? null : Math.round(share * 100);
  },
};
const mostPoints = 720, // an hour
  apart = 4000; // ms
const strokes = ['--call', '--ready', '--away', '--wrapup', '--bad', '--soft'],
  dashes = [[], [6, 4], [2, 3], [10, 4, 2, 4]];

export class QueueCharts extends View {
  @internal() private metric: Metric = 'waiting';
  #times: number[] = [];
  #points = new Map<string, (Record<Metric, number | null> | undefined)[]>();
  #plot: uPlot | undefined;
  #drawn = '';
  #sizes: ResizeObserver | undefined;

  protected override select = (state: State) => [state.queues];
  protected override begin = (client: Client) => [
    watchStatistics(client, 'queues'),
    client.subscribe(
      (state) => state.queues,
      (queues) => this.#add(queues),
    ),
    settings.watch(() => this.requestUpdate()), // another theme has other colours
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes?.disconnect();
    this.#plot?.destroy();
    this.#plot = this.#sizes = undefined;
    this.#drawn = '';
  }

  #add(queues: ReadonlyMap<string, Queue>): void {
    const now = Date.now();
    if (now - (this.#times.at(-1) ?? 0) * 1000 < apart) return;
    this.#times.push(now / 1000);
    for (const { name } of queues.values()) if (!this.#points.has(name)) this.#points.set(name, []);
    for (const [name, points] of this.#points) {
      const queue = [...queues.values()].find((one) => one.name === name);
      points[this.#times.length - 1] =
        queue &&
        (Object.fromEntries(Object.entries(metrics).map(([metric, of]) => [metric, of(queue)])) as Record<
          Metric,
          number | null
        >);
    }
    if (this.#times.length > mostPoints) [this.#times, ...this.#points.values()].forEach((list) => list.shift());
    // A queue without a point for an hour is dropped.
    for (const [name, points] of this.#points) if (!points.some(Boolean)) this.#points.delete(name);
  }

  protected override draw(): unknown {
    const say = this.say,
      names = this.#names();
    const said = names.map((name) => `${name} ${this.#points.get(name)!.at(-1)?.[this.metric] ?? '–'}`).join(', ');
    const choose = ({ target }: Event) => (this.metric = (target as HTMLSelectElement).value as Metric);
    return html`<label>${say('team.chart')}<select @change=${choose}>${(Object.keys(metrics) as Metric[]).map(
      (metric) => html`<option value=${metric}>${say(`team.chart.${metric}`)}</option>`,
    )}</select></label>
      <div class="queue-charts" role="img"
        aria-label=${say('team.chart.said', { metric: say(`team.chart.${this.metric}`), values: said })}></div>
      ${this.#times.length ? '' : html`<p class="soft">${say('team.chart.none')}</p>`}`;
  }

  #names = (): string[] => [...this.#points.keys()].sort(byName(this.language));

  protected override updated(): void {
    const place = this.querySelector<HTMLElement>('.queue-charts');
    if (!place || !this.#times.length) return;
    const names = this.#names(),
      data = [
        this.#times,
        ...names.map((name) => this.#times.map((_, i) => this.#points.get(name)![i]?.[this.metric] ?? null)),
      ] as uPlot.AlignedData;
    const ink = getComputedStyle(this).color,
      shape = JSON.stringify([names, this.metric, this.language, ink]);
    if (shape === this.#drawn) return void this.#plot!.setData(data);
    this.#drawn = shape;
    this.#plot?.destroy();
    const probe = document.createElement('i');
    this.append(probe);
    const resolved = (name: string) => ((probe.style.color = `var(${name})`), getComputedStyle(probe).color);
    const line = resolved('--line');
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    this.#plot = new uPlot(
      {
        width: place.clientWidth,
        height: 180,
        cursor: { y: false },
        scales: {
          x: { range: () => [Math.min(this.#times[0]!, this.#times.at(-1)! - 300), this.#times.at(-1)!] },
          y: { range: (_, __, most) => [0, Math.max(this.metric === 'service' ? 100 : 5, most * 1.1)] },
        },
        axes: [
          { ...axis, values: (_, times) => times.map((time) => timeOfDay(time * 1000, this.language)), space: 90 },
          axis,
        ],
        series: [
          {
            label: this.say('host.time'),
            value: (_, time) => (time === null ? '–' : timeOfDay(time * 1000, this.language)),
          },
          ...names.map((label, i) => ({
            label,
            stroke: resolved(strokes[i % strokes.length]!),
            width: 2,
            dash: dashes[Math.floor(i / strokes.length) % dashes.length]!,
            spanGaps: true,
          })),
        ],
      },
      data,
      place,
    );
    probe.remove();
    if (this.#sizes) return;
    this.#sizes = new ResizeObserver(() => this.#plot?.setSize({ width: place.clientWidth, height: 180 }));
    this.#sizes.observe(place);
  }
}
