// @vitest-environment happy-dom
// Who is signed in: a link never replaces them unasked, and only what the gateway has confirmed names the connection
// that tabs share.
import { beforeEach, describe, expect, test } from 'vitest';
import { Account } from '../source/account';

const jwt = (claims: unknown, signature = 's') =>
  `e30.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.${signature}`;
const ada = jwt({ sub: 'ada', exp: 1 }),
  renewed = jwt({ sub: 'ada', exp: 2 }),
  bob = jwt({ sub: 'bob' }),
  madeUp = jwt({ sub: 'ada', exp: 1 }, 'made up');
const follow = (token: string) => (location.hash = `#token=${token}`);
let known: Record<string, object>;
beforeEach(() => {
  sessionStorage.clear();
  location.hash = '';
  known = {
    [ada]: { subject: 'ada', by: 'local-token', expiresAt: '1' },
    [renewed]: { subject: 'ada', by: 'local-token', expiresAt: '2' },
    [bob]: { subject: 'bob', by: 'local-token', expiresAt: '1' },
  };
  globalThis.fetch = (async (path: string, options?: { headers: { Authorization: string } }) => {
    if (path === 'sign-in.json') return { json: async () => ({}) };
    const me = known[options!.headers.Authorization.slice('Bearer '.length)];
    return { ok: !!me, json: async () => me };
  }) as unknown as typeof fetch;
});

describe('a link with a token', () => {
  test('signs in where nobody is, and does not stay in the address', async () => {
    const account = new Account();
    follow(ada);
    await account.begin();
    expect(await account.token()).toBe(ada);
    expect(account.offered).toBeUndefined();
    expect(location.href).not.toContain('token');
  });

  for (const [how, arrive] of [
    ['opened', (account: Account) => account.begin()],
    ['followed in the open page', (account: Account) => account.follow()],
  ] as const)
    test(`${how}, asks whoever is signed in, and changes nothing before`, async () => {
      sessionStorage.setItem('deskline.token', ada);
      const account = new Account();
      follow(bob);
      await arrive(account);
      expect(await account.token()).toBe(ada);
      expect([account.offered, account.offeredName]).toEqual([bob, 'bob']);
      expect(location.href).not.toContain('token');
      await account.decide(false);
      expect([account.offered, await account.token()]).toEqual([undefined, ada]);
      follow(bob);
      await arrive(account);
      await account.decide(true);
      expect([account.offered, await account.token()]).toEqual([undefined, bob]);
    });

  test('asks as well where it says that it is the same one: nobody has confirmed that', async () => {
    sessionStorage.setItem('deskline.token', ada);
    const account = new Account();
    follow(madeUp);
    await account.begin();
    expect(await account.token()).toBe(ada);
    follow(ada);
    await account.follow();
    expect([account.offered, await account.token()], 'the same token is no other').toEqual([undefined, ada]);
  });
});

describe('whose tabs share a connection', () => {
  const who = async (token: string) => {
    const account = new Account();
    account.use(token);
    return account.who();
  };
  test('one for every token of a person, none for what the gateway does not confirm', async () => {
    const hers = await who(ada);
    expect(hers).toMatch(/^[0-9a-f]{64}$/);
    expect(await who(renewed)).toBe(hers);
    expect(await who(bob)).not.toBe(hers);
    expect(await who(madeUp)).toBe('');
    for (const odd of ['nonsense', 'a.b.c', 'a.bnVsbA.c', 'a.MQ.c', '']) expect(await who(odd)).toBe('');
    known = {};
    expect(await who(ada)).toBe('');
  });
  test('none while the gateway cannot be asked', async () => {
    globalThis.fetch = () => Promise.reject(new Error('nobody there'));
    expect(await who(ada)).toBe('');
  });
});
