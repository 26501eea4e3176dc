// Who is signed in, in this tab alone: a token from the link or by hand, or the identity provider's (OpenID Connect,
// code flow with PKCE, by oidc-client-ts). Tokens and settings of it end with the tab.
import { claimsOf } from '@deskline/client';
import { UserManager, WebStorageStateStore } from 'oidc-client-ts';

interface Settings {
  readonly issuer?: string;
  readonly clientId: string;
  readonly scope: string;
  readonly audience: string;
}
const key = 'deskline.token';
const fresh = 90; // seconds that a token must still be valid to be used again

export class Account {
  #provider: UserManager | undefined;
  #resource: { resource?: string } = {};
  /** The identity provider; undefined: a token is the only way to sign in. */
  name: string | undefined;
  /** Why signing in did not work. */
  problem: string | undefined;

  /** A token from a link while somebody else is signed in: it is not used before they agree. */
  offered: string | undefined;

  /** Finds where to sign in, finishes what the provider sent back, and reads the link. */
  async begin(): Promise<void> {
    const given = tokenOfLink();
    await this.#findProvider();
    await this.#take(given);
  }

  /** Called when the address has changed: it may be a link with a token again. */
  async follow(): Promise<void> {
    await this.#take(tokenOfLink());
  }

  async #take(given: string): Promise<void> {
    if (!given) return;
    const now = await this.token().catch(() => '?');
    if (now && now !== given) this.offered = given;
    else this.use(given);
  }

  async #findProvider(): Promise<void> {
    try {
      const settings = (await (await fetch('sign-in.json')).json()) as Settings;
      if (!settings.issuer) return;
      this.name = new URL(settings.issuer).host;
      this.#provider = managerOf(settings);
      if (URL.canParse(settings.audience)) this.#resource = { resource: settings.audience };
      if (!new URLSearchParams(location.search).has('state')) return;
      try {
        await this.#provider.signinRedirectCallback();
      } finally {
        history.replaceState(null, '', location.pathname);
      }
    } catch (error) {
      this.problem = (error as Error).message;
    }
  }

  /** A valid token; empty: nobody is signed in. Rejects when the provider cannot be reached. */
  token = async (): Promise<string> => {
    const own = sessionStorage.getItem(key);
    if (own) return own;
    const user = await this.#provider?.getUser();
    if (!user) return '';
    if ((user.expires_in ?? fresh) >= fresh || !user.refresh_token) return user.access_token;
    try {
      return (await this.#provider!.signinSilent(this.#resource))?.access_token ?? '';
    } catch (error) {
      // the provider may be down; the old token is still valid
      if ((user.expires_in ?? 0) > 5) return user.access_token;
      throw error;
    }
  };

  use(token: string): void {
    this.offered = undefined;
    sessionStorage.setItem(key, token.trim());
  }

  /** The answer of the user who is signed in to the offered token: whether to use it. */
  async decide(use: boolean): Promise<void> {
    const given = this.offered;
    this.offered = undefined;
    if (!use || !given) return;
    await this.forget();
    this.use(given);
  }

  /** The subject that the offered token claims; the gateway has not confirmed it. */
  get offeredName(): string {
    const { sub } = claimsOf(this.offered ?? '');
    return typeof sub === 'string' && sub ? sub.slice(0, 64) : '?';
  }

  signIn = (): Promise<void> => this.#provider!.signinRedirect();

  async forget(): Promise<void> {
    sessionStorage.removeItem(key);
    await this.#provider?.removeUser();
  }

  /**
   * The name of the connection that the tabs of one caller share: a digest of the gateway's answer about them. The
   * token's own claims are not enough: anybody could write them, and would be shown another tab's copy. Empty: this tab
   * has a connection of its own.
   */
  async who(): Promise<string> {
    const token = await this.token().catch(() => '');
    if (!Object.keys(claimsOf(token)).length) return '';
    try {
      const answer = await fetch('api/v1/me', { headers: { Authorization: `Bearer ${token}` } });
      if (!answer.ok) return '';
      // `expiresAt` differs from token to token.
      const { expiresAt, ...confirmed } = (await answer.json()) as Record<string, unknown>;
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(confirmed)));
      return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
    } catch {
      return '';
    }
  }
}

// Takes the token out of the address.
function tokenOfLink(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  if (given) history.replaceState(null, '', location.pathname);
  return given;
}

function managerOf({ issuer, clientId, scope, audience }: Settings): UserManager {
  const store = new WebStorageStateStore({ store: sessionStorage });
  // The token must be for the gateway: asked for by `resource` (RFC 8707) where the audience is a URL, else by the
  // `audience` that some providers take.
  const meantFor = URL.canParse(audience)
    ? { resource: audience }
    : { extraQueryParams: { audience }, extraTokenParams: { audience } };
  return new UserManager({
    authority: issuer!,
    client_id: clientId,
    redirect_uri: location.origin + location.pathname,
    scope,
    userStore: store,
    stateStore: store,
    automaticSilentRenew: false,
    loadUserInfo: false,
    ...meantFor,
  });
}
