// The whole page: signing in, the bar with what must always be in sight, and the view that fits who is here.
import { connect, type Call, type Client } from '@deskline/client';
import { keepTime } from '@deskline/components/gateway_clock';
import { LitElement, html, nothing } from 'lit';
import { state as internal } from 'lit/decorators.js';
import { Account } from './account';
import { notice, seen } from './notices';
import { languages, settings, themes, type Language } from './settings';
import { wordsIn, type Key } from './words';

const views = ['desk', 'team', 'host'] as const;
type ViewName = (typeof views)[number];
const languageNames: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

export class Desktop extends LitElement {
  @internal() private client: Client | undefined;
  @internal() private view: ViewName = 'desk';
  @internal() private problem = '';
  @internal() private missed = false;
  #account = new Account();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    settings.apply();
    document.addEventListener('visibilitychange', seen);
    addEventListener('focus', seen);
    addEventListener('hashchange', () => void this.#follow());
    void this.#begin();
  }

  async #begin(): Promise<void> {
    await this.#account.begin();
    this.problem = this.#account.problem ? this.#say('sign-in.failed', { detail: this.#account.problem }) : '';
    await this.#connect();
    this.requestUpdate();
  }

  async #follow(): Promise<void> {
    await this.#account.follow();
    if (!this.client) await this.#connect();
    this.#choose();
    this.requestUpdate();
  }

  get #say(): ReturnType<typeof wordsIn> {
    return wordsIn(settings.language);
  }

  async #connect(): Promise<void> {
    const who = await this.#account.who();
    if (!who && !(await this.#account.token().catch(() => ''))) return;
    this.client?.close();
    const client = connect({
      token: this.#account.token,
      share: who || false,
      worker: new URL('worker.js', document.baseURI),
    });
    this.client = client;
    keepTime(client);
    client.on('welcome', () => {
      this.problem = '';
      this.#choose();
    });
    client.on('reset', () => (this.missed = true));
    client.on('freshness', (freshness) => {
      this.requestUpdate(); // the freshness becomes live only after the snapshot
      if (freshness.status === 'refused' && (freshness.code === 4001 || !freshness.code))
        void this.#signOut(this.#say('sign-in.refused'));
    });
  }

  async #signOut(problem = ''): Promise<void> {
    this.client?.close();
    this.client = undefined;
    this.problem = problem;
    await this.#account.forget();
  }

  #offered(): readonly ViewName[] {
    const { role, agents = [] } = this.client?.state.identity ?? {};
    if (role === 'agent') return ['desk'];
    const mine: readonly ViewName[] = agents.length ? ['desk', 'team'] : ['team', 'desk'];
    return role === 'admin' ? [...mine, 'host'] : mine;
  }

  #choose(): void {
    const asked = location.hash.slice(1) as ViewName,
      offered = this.#offered();
    this.view = offered.includes(asked) ? asked : offered[0]!;
  }

  protected override render(): unknown {
    return html`
      <header class="bar">
        <h1>Deskline</h1>
        ${this.client ? this.#bar() : nothing}
        ${this.#menu()}
      </header>
      <main class=${this.client?.freshness.status === 'stale' ? 'covered' : ''}
        @deskline-call=${({ detail }: CustomEvent<Call>) => notice(detail)}>
        ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
        ${this.missed ? html`<p class="notice" role="status">${this.#say('reset')}</p>` : nothing}
        ${this.#account.offered ? this.#offer() : nothing}
        ${this.client ? this.#content() : this.#welcome()}
      </main>
    `;
  }

  #content(): unknown {
    const { client } = this;
    if (!client?.state.cursor) return nothing; // the bar says why it is not connected
    switch (this.view) {
      case 'desk':
        return html`<deskline-desk .client=${client}></deskline-desk>`;
      case 'team':
        return html`<deskline-team .client=${client}></deskline-team>`;
      case 'host':
        return html`<deskline-host .client=${client}></deskline-host>`;
    }
  }

  #bar(): unknown {
    const identity = this.client?.state.identity,
      offered = this.#offered();
    return html`
      <deskline-connection .client=${this.client}></deskline-connection>
      ${
        offered.length > 1
          ? html`<nav aria-label=${this.#say('views')}>${views
              .filter((name) => offered.includes(name))
              .map(
                (name) =>
                  html`<a href="#${name}"
                    aria-current=${name === this.view ? 'page' : nothing}>${this.#say(`view.${name}`)}</a>`,
              )}</nav>`
          : nothing
      }
      <span class="who soft small end" title=${this.client?.state.gateway ?? ''}>${
        identity ? identity.subject : ''
      }</span>
    `;
  }

  #menu(): unknown {
    const say = this.#say;
    const choose =
      (key: 'language' | 'theme') =>
      ({ target }: Event) => {
        settings.set(key, (target as HTMLSelectElement).value);
        this.requestUpdate();
      };
    return html`<details class="menu end">
      <summary>${say('settings')}</summary>
      <div>
        <label>${say('settings.language')}<select @change=${choose('language')}>${languages.map(
          (name) =>
            html`<option value=${name} ?selected=${name === settings.language}
              lang=${name}>${languageNames[name]}</option>`,
        )}</select></label>
        <label>${say('settings.theme')}<select @change=${choose('theme')}>${themes.map(
          (name) =>
            html`<option value=${name}
              ?selected=${name === settings.theme}>${say(`settings.theme.${name}` as Key)}</option>`,
        )}</select></label>
        <label class="check"><input type="checkbox" .checked=${settings.notify}
          @change=${this.#notify} />${say('settings.notify')}</label>
        ${
          this.client
            ? html`<p class="soft small">${this.client?.state.identity?.subject} · ${this.client?.state.gateway}</p>
              <button @click=${() => void this.#signOut()}>${say('sign-out')}</button>`
            : nothing
        }
      </div>
    </details>`;
  }

  #notify = async ({ target }: Event): Promise<void> => {
    const box = target as HTMLInputElement,
      allowed = !box.checked || (await Notification.requestPermission()) === 'granted';
    box.checked &&= allowed;
    settings.set('notify', box.checked ? 'yes' : 'no');
  };

  #welcome(): unknown {
    const say = this.#say,
      { name } = this.#account;
    return html`<section class="card welcome" aria-labelledby="sign-in">
      <h2 id="sign-in">${say('sign-in.title')}</h2>
      ${
        name
          ? html`<button class="primary" id="provider" @click=${() =>
              void this.#account
                .signIn()
                .catch(
                  (error: Error) => (this.problem = say('sign-in.failed', { detail: error.message })),
                )}>${say('sign-in.provider', { name })}</button>`
          : nothing
      }
      <form class="form" @submit=${this.#use}>
        <label>${say('sign-in.token')}<input name="token" required autocomplete="off" spellcheck="false" /></label>
        <button class=${name ? '' : 'primary'}>${say('sign-in.use')}</button>
      </form>
      <p class="soft small">${say('sign-in.help')}</p>
    </section>`;
  }

  // A link must not sign somebody in as another person without their knowledge: they would work under that name.
  #offer(): unknown {
    const say = this.#say,
      other = this.#account.offeredName,
      now = this.client?.state.identity?.subject ?? '?';
    const decide = (use: boolean) => async () => {
      await this.#account.decide(use);
      if (use) await this.#connect();
      this.requestUpdate();
    };
    return html`<section class="card offer" role="alertdialog" aria-labelledby="offer-title"
      aria-describedby="offer-text">
      <h2 id="offer-title">${say('link.title')}</h2>
      <p id="offer-text">${say('link.text', { now, other })}</p>
      <div class="row">
        <button class="primary" id="stay" @click=${decide(false)}>${say('link.stay', { now })}</button>
        <button id="replace" @click=${decide(true)}>${say('link.use', { other })}</button>
      </div>
    </section>`;
  }

  #use = (event: Event): void => {
    event.preventDefault();
    const token = new FormData(event.target as HTMLFormElement).get('token');
    this.#account.use(typeof token === 'string' ? token : '');
    void this.#connect();
  };
}
