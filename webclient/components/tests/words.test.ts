import { describe, expect, test } from 'vitest';
import { de } from '../source/messages/de';
import { en } from '../source/messages/en';
import { clock, wordsIn } from '../source/words';

describe('words', () => {
  test('are filled in and chosen by number, as the language does', () => {
    expect(wordsIn('en')('agents.count', { count: 1 })).toBe('1 agent');
    expect(wordsIn('en')('agents.count', { count: 1200 })).toBe('1,200 agents');
    expect(wordsIn('de')('agents.count', { count: 1 })).toBe('1 Agent');
    expect(wordsIn('de')('agents.count', { count: 1200 })).toBe('1.200 Agenten');
    expect(wordsIn('de')('mixer.volume', { name: 'Headset' })).toBe('Lautstärke von Headset');
  });
  test('are English where there are none in the language', () => {
    expect(wordsIn('fr')('state.ready')).toBe('Ready');
  });
  test('in German take the same values as in English', () => {
    const names = (text: unknown) =>
      [...JSON.stringify(text).matchAll(/\{(\w+)\}/g)]
        .map(([, name]) => name)
        .filter((name, i, all) => all.indexOf(name) === i)
        .sort();
    for (const key of Object.keys(en) as (keyof typeof en)[]) expect(names(de[key]), key).toEqual(names(en[key]));
  });
  test.each([
    [0, '0:00'],
    [59.9, '0:59'],
    [61, '1:01'],
    [3600, '1:00:00'],
    [-5, '0:00'],
  ])('a duration of %f s is %s', (seconds, text) => {
    expect(clock(seconds)).toBe(text);
  });
});
