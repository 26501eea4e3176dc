// @vitest-environment happy-dom
import { afterEach, expect, test } from 'vitest';
import { languageOf, watchLanguage } from '../source/language';

const settle = () => new Promise((done) => setTimeout(done));

afterEach(() => {
  document.documentElement.lang = '';
  document.body.replaceChildren();
});

test('the language is that of the nearest lang', () => {
  document.body.innerHTML = '<p lang="de-AT"><b></b></p><i></i>';
  document.documentElement.lang = 'fr';
  expect(languageOf(document.querySelector('b'))).toBe('de');
  expect(languageOf(document.querySelector('i'))).toBe('fr');
});

test('a reader draws again when a lang of the page changes, until it ends', async () => {
  let drawn = 0;
  const end = watchLanguage(() => ++drawn);
  document.body.innerHTML = '<p></p>';
  document.querySelector('p')!.lang = 'de';
  await settle();
  expect(drawn).toBe(1);
  document.documentElement.lang = 'en';
  await settle();
  expect(drawn).toBe(2);
  end();
  document.documentElement.lang = 'de';
  await settle();
  expect(drawn).toBe(2);
});
