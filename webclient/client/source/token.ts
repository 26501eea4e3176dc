// What a client reads in its own token (a JWT, RFC 7519). The gateway alone verifies it.

/** The claims of a JWT, unverified, for its times and its holder. Empty: it is no JWT. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')));
    return claims && typeof claims === 'object' ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/**
 * When a token is to be renewed, in ms since 1970: a minute before its end, or after half of its remaining time where
 * that is later. Infinity: it has no end.
 */
export function renewal(token: string): number {
  const { exp } = claimsOf(token),
    now = Date.now();
  return typeof exp === 'number' ? Math.max(exp * 1000 - 60_000, (now + exp * 1000) / 2, now + 1000) : Infinity;
}
