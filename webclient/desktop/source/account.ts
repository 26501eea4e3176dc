// Who is signed in, in this tab alone: a token from the link or by hand, or the identity provider's (OpenID Connect, code flow with PKCE, by
// oidc-client-ts). Nothing of it outlives the tab.
import { claimsOf } from '@deskline/client';
import { UserManager, WebStorageStateStore } from 'oidc-client-ts';

interface Settings {
  readonly issuer?: string;
  readonly clientId: string;
  readonly scope: string;
  readonly audience: string;
}
const key = 'deskline.token';
const fresh = 90;  // seconds that a token must still have to be used again

export class Account {
  #provider: UserManager | undefined;
  #resource: { resource?: string } = {};
  /** Where one may sign in; undefined: by token alone. */
  name: string | undefined;
  /** Why signing in did not work. */
  problem: string | undefined;

  /** Reads the link and where to sign in, and finishes what the provider sent back. */
  async begin(): Promise<void> {
    const given = new URLSearchParams(location.hash.slice(1)).get('token');
    if (given) this.use(given);
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

  /** The token that is good now; empty: nobody is signed in. Fails when the provider cannot be reached. */
  token = async (): Promise<string> => {
    const own = sessionStorage.getItem(key);
    if (own) return own;
    const user = await this.#provider?.getUser();
    if (!user) return '';
    if ((user.expires_in ?? fresh) >= fresh || !user.refresh_token) return user.access_token;
    try {
      return (await this.#provider!.signinSilent(this.#resource))?.access_token ?? '';
    } catch (error) {
      if ((user.expires_in ?? 0) > 5) return user.access_token;  // the provider may be down: it is good for a while
      throw error;
    }
  };

  use(token: string): void {
    sessionStorage.setItem(key, token.trim());
    history.replaceState(null, '', location.pathname);
  }

  signIn = (): Promise<void> => this.#provider!.signinRedirect();

  async forget(): Promise<void> {
    sessionStorage.removeItem(key);
    await this.#provider?.removeUser();
  }

  /** Whose tabs share a connection: all that the token says but its times and numbers. */
  async who(): Promise<string> {
    const { exp, iat, nbf, jti, auth_time, sid, nonce, at_hash, ...claims } = claimsOf(await this.token().catch(() => ''));
    return Object.keys(claims).length ? JSON.stringify(claims) : '';
  }
}

function managerOf({ issuer, clientId, scope, audience }: Settings): UserManager {
  const store = new WebStorageStateStore({ store: sessionStorage });
  // A token that is meant for the gateway: by RFC 8707 where its audience is an address, as some providers do otherwise.
  const meantFor = URL.canParse(audience) ? { resource: audience } : { extraQueryParams: { audience }, extraTokenParams: { audience } };
  return new UserManager({ authority: issuer!, client_id: clientId, redirect_uri: location.origin + location.pathname, scope, userStore: store, stateStore: store, automaticSilentRenew: false, loadUserInfo: false, ...meantFor });
}
