// What every component shares: the page's one client for a gateway, its language, and drawing at most once a frame.
import type { Client, Problem, State, TokenSource } from '@deskline/client';
import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { join, leave } from './client_registry';
import { languageOf, watchLanguage } from './language';
import { theme } from './theme';
import { timeOfDay, wordsIn, type Words } from './words';

export abstract class DesklineElement extends LitElement {
  static override styles = theme;

  /** The gateway's address with its base path. */
  @property() gateway = '';
  /** Fetches a token. One element of a gateway that has this is enough for all. */
  @property({ attribute: false }) token: TokenSource | undefined;
  /** Instead of `gateway` and `token`: a client that the page has made. */
  @property({ attribute: false }) client: Client | undefined;
  /** The account whose tabs share one connection. */
  @property() share = '';

  #ends: (() => void)[] = [];
  #own = ''; // the gateway whose client it has from the registry
  #endLanguage = () => {};

  /** The parts of the state that are drawn; a change of one of them draws the element again. */
  protected abstract select(state: State): readonly unknown[];
  /** Called when the client is there. */
  protected begin(_client: Client): (() => void)[] {
    return [];
  }

  protected get state(): State {
    return this.client!.state;
  }
  protected get language(): string {
    return languageOf(this);
  }
  protected get words(): Words {
    return wordsIn(this.language);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#endLanguage = watchLanguage(() => this.requestUpdate());
    if (this.client) this.#start();
    else this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endLanguage();
    for (const end of this.#ends.splice(0)) end();
    leave(this, this.#own);
    if (this.#own) this.client = undefined;
    this.#own = '';
  }

  protected override willUpdate(): void {
    if (!this.isConnected) return; // it was removed from the page while it waited for a frame
    if (!this.client && this.gateway) this.#join();
    if (this.client && !this.#ends.length) this.#start();
  }

  // Draws at most once a frame, however many events come; the first time at once, so that a page appears whole and
  // nothing moves.
  protected override async scheduleUpdate(): Promise<void> {
    if (this.hasUpdated) await new Promise((next) => requestAnimationFrame(next));
    await super.scheduleUpdate();
  }

  #join(): void {
    const client = join(this);
    if (!client) return;
    this.#own = this.gateway;
    this.client = client;
  }

  #start(): void {
    const client = this.client!;
    const same = (a: readonly unknown[], b: readonly unknown[]) =>
      a.length === b.length && a.every((value, i) => value === b[i]);
    this.#ends = [
      client.subscribe(
        (state) => this.select(state),
        () => this.requestUpdate(),
        same,
      ),
      client.on('freshness', () => this.requestUpdate()),
      ...this.begin(client),
    ];
    this.requestUpdate();
  }

  // An element that has its client from the registry says itself when the copy is out of date.
  #age(): unknown {
    const { freshness } = this.client!;
    this.toggleAttribute('data-stale', freshness.status === 'stale' || freshness.status === 'refused');
    if (!this.#own || !this.hasAttribute('data-stale')) return nothing;
    return html`<p class="soft small" role="status">${this.words('connection.stale', {
      time: timeOfDay((freshness as { since: number }).since, this.language),
    })}</p>`;
  }

  protected abstract draw(): unknown;
  protected override render(): unknown {
    if (this.client && this.state.cursor) return [this.#age(), this.draw()];
    return html`<p class="empty">${this.words(
      this.client?.freshness.status === 'refused' ? 'connection.refused' : 'connection.connecting',
    )}</p>`;
  }
}

/** A refusal in the problem's own words, with what to do. */
export const refusal = (problem: Problem | undefined): TemplateResult | typeof nothing =>
  problem
    ? html`<p class="problem" role="alert"><strong>${problem.message}</strong> ${problem.body?.remedy ?? ''}</p>`
    : nothing;
