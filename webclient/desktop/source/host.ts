// The administrator's view: sources and their capabilities, streams, webhooks with their deliveries, keys, the
// audit, the log level. Read again every ten seconds while somebody looks.
import type {
  AuditEntry,
  Client,
  Delivery,
  Key,
  LogLevel,
  OpenStream,
  Problem,
  State,
  Webhook,
} from '@deskline/client';
import { refusal } from '@deskline/components/element';
import { dateAndTime } from '@deskline/components/words';
import { html, nothing } from 'lit';
import { state as internal } from 'lit/decorators.js';
import { View } from './view';
import type { Key as Text } from './words';

const period = 10_000,
  page = 50,
  levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export class Host extends View {
  @internal() private streams: readonly OpenStream[] = [];
  @internal() private keys: readonly Key[] = [];
  @internal() private webhooks: readonly Webhook[] = [];
  @internal() private deliveries = new Map<string, readonly Delivery[]>();
  @internal() private audit: readonly AuditEntry[] = [];
  @internal() private older = '';
  private wanted = page;
  @internal() private level: LogLevel = 'info';
  @internal() private problem: Problem | undefined;

  protected override select = (state: State) => [state.sources];

  protected override begin(client: Client): (() => void)[] {
    const timer = setInterval(() => document.visibilityState === 'visible' && void this.#read(), period);
    void client.ready.then(() => this.#read());
    return [() => clearInterval(timer)];
  }

  async #get<T>(path: string): Promise<T> {
    return (await this.client!.request<T>('GET', path)).body;
  }

  #read = () =>
    this.#try(async () => {
      [this.streams, this.webhooks] = [
        await this.client!.list<OpenStream>('/connections'),
        await this.client!.list<Webhook>('/webhooks'),
      ];
      this.keys = (await this.#get<{ items: Key[] }>('/keys')).items;
      this.level = (await this.#get<{ level: LogLevel }>('/log-level')).level;
      const { items, next = '' } = await this.#get<{ items: AuditEntry[]; next?: string }>(`/audit?limit=${page}`);
      const newest = items.at(-1)?.number ?? 0,
        before = this.audit.filter(({ number }) => number < newest);
      this.#show([...items, ...before], before.length ? this.older : next);
      const there = new Set(this.webhooks.map(({ id }) => id));
      this.deliveries = new Map([...this.deliveries].filter(([id]) => there.has(id)));
      for (const id of this.deliveries.keys()) await this.#deliveries(id);
    });

  async #try(what: () => Promise<unknown>): Promise<void> {
    try {
      await what();
      this.problem = undefined;
    } catch (problem) {
      this.problem = problem as Problem;
    }
  }

  async #deliveries(id: string): Promise<void> {
    this.deliveries = new Map(this.deliveries).set(
      id,
      (await this.#get<{ items: Delivery[] }>(`/webhooks/${id}/deliveries?limit=20`)).items,
    );
  }

  #more = () =>
    this.#try(async () => {
      const { items, next = '' } = await this.#get<{ items: AuditEntry[]; next?: string }>(
        `/audit?limit=${page}&after=${this.older}`,
      );
      this.wanted += items.length;
      this.#show([...this.audit, ...items], next);
    });

  // Keeps as many entries as were asked for; older ones are read again when they are asked for.
  #show(entries: readonly AuditEntry[], older: string): void {
    this.audit = entries.slice(0, this.wanted);
    this.older = entries.length > this.wanted ? String(this.audit.at(-1)!.number) : older;
  }

  #setLevel = ({ target }: Event) =>
    this.#try(
      async () =>
        (this.level = (
          await this.client!.request<{ level: LogLevel }>('PUT', '/log-level', {
            level: (target as HTMLSelectElement).value,
          })
        ).body.level),
    );

  protected override draw(): unknown {
    const say = this.say;
    return html`${refusal(this.problem)}
      <div class="host">
        <div class="column">
          ${this.#card('sources', this.#sources())}
          ${this.#card(
            'level',
            html`<label>${say('host.level')}<select @change=${this.#setLevel}>${levels.map(
              (level) => html`<option ?selected=${level === this.level}>${level}</option>`,
            )}</select></label><p class="soft small">${say('host.level.text')}</p>`,
          )}
          ${this.#card(
            'connections',
            this.#table(
              ['who', 'role', 'from', 'since'],
              this.streams.map(({ subject, role, address, since, kind }) => [
                subject,
                role,
                html`${address} <span class="soft">${kind}</span>`,
                this.#time(since),
              ]),
            ),
          )}
        </div>
        <div class="column">
          ${this.#card(
            'audit',
            html`${this.#table(
              ['time', 'who', 'did', 'outcome'],
              this.audit.map((entry) => this.#entry(entry)),
            )}${
              this.older
                ? html`<p class="row"><button @click=${this.#more}>${say('host.audit.older')}</button></p>`
                : nothing
            }`,
          )}
        </div>
        <div class="column">
          ${this.#card(
            'webhooks',
            this.webhooks.length
              ? this.webhooks.map((webhook) => this.#webhook(webhook))
              : html`<p class="soft">${say('host.webhooks.none')}</p>`,
          )}
          ${this.#card(
            'keys',
            this.keys.length
              ? this.#table(
                  ['name', 'may', 'used', 'ends'],
                  this.keys.map((key) => this.#key(key)),
                )
              : html`<p class="soft">${say('host.keys.none')}</p>`,
          )}
        </div>
      </div>`;
  }

  #time = (time: string | undefined): string => (time ? dateAndTime(time, this.language) : this.say('host.never'));

  #card(name: 'sources' | 'level' | 'connections' | 'webhooks' | 'keys' | 'audit', content: unknown): unknown {
    return html`<section class="card" aria-labelledby="host-${name}">
      <h2 id="host-${name}">${this.say(`host.${name}`)}</h2>${content}</section>`;
  }

  #table(columns: readonly string[], rows: readonly (readonly unknown[])[]): unknown {
    const heads = columns.map((name) => this.say(`host.${name}` as Text));
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${heads.join(', ')}><table class="small">
      <thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
  }

  #sources(): unknown {
    return [...this.state.sources.values()].map(
      ({ source, connected, capabilities }) => html`<div class="row">
          <strong>${this.say(`event.${source}`)}</strong>
          <span class=${connected ? 'soft' : 'bad'}
            >${this.say(connected ? 'host.source.connected' : 'host.source.lost')}</span>
        </div>
        <ul class="small soft">${Object.entries(capabilities).map(
          ([what, can]) => html`<li>${can ? '✓' : '–'} ${what}</li>`,
        )}</ul>`,
    );
  }

  #webhook({ id, url, owner, state, problem, types }: Webhook): unknown {
    const deliveries = this.deliveries.get(id);
    const opened = ({ target }: Event) =>
      (target as HTMLDetailsElement).open && void this.#try(() => this.#deliveries(id));
    return html`<div class="row">
        <strong>${url}</strong>
        <span class=${state === 'active' ? 'soft' : 'bad'}>${this.say(`host.state.${state}`)}</span>
      </div>
      <p class="small soft">${owner} · ${types.join(', ')}</p>
      ${problem ? html`<p class="small bad">${problem}</p>` : nothing}
      <details @toggle=${opened}><summary class="small">${this.say('host.deliveries')}</summary>
        ${
          deliveries?.length
            ? this.#table(
                ['time', 'answer', 'attempt'],
                deliveries.map(({ at, status, error, attempt, type }) => [
                  this.#time(at),
                  html`${status ?? error ?? '–'} <span class="soft">${type}</span>`,
                  attempt,
                ]),
              )
            : html`<p class="soft small">${this.say('host.deliveries.none')}</p>`
        }
      </details>`;
  }

  #key({ name, role, scopes, agents, groups, usedAt, expiresAt, revokedAt }: Key): readonly unknown[] {
    const over = revokedAt
      ? this.say('host.revoked')
      : expiresAt && Date.parse(expiresAt) < Date.now()
        ? this.say('host.expired')
        : '';
    return [
      name,
      [role, ...scopes, ...groups, ...agents].join(', '),
      this.#time(usedAt),
      over ? html`<span class="bad">${over}</span>` : this.#time(expiresAt),
    ];
  }

  #entry({ time, actor, action, object, outcome = '', status, hresult, address }: AuditEntry): readonly unknown[] {
    const well = outcome === 'succeeded' || outcome === '';
    return [
      this.#time(time),
      html`${actor || this.say('host.nobody')} <span class="soft">${address ?? ''}</span>`,
      `${action} ${object ?? ''}`,
      html`<span class=${well ? '' : 'bad'}>${outcome}</span> <span
        class="soft">${status ?? ''} ${hresult ?? ''}</span>`,
    ];
  }
}
