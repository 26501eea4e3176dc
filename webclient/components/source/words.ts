// Texts, times and numbers in the reader's language (language.ts); English where that has no catalogue.
import { de } from './messages/de';
import { en } from './messages/en';

export type Values = Readonly<Record<string, string | number>>;
export type Texts<K extends string> = Readonly<Record<K, string | Readonly<Record<string, string>>>>;

/**
 * Words of these catalogues in a language. `{name}` is replaced; a text with forms is chosen by `count`, as
 * Intl.PluralRules says.
 */
export function wordsOf<K extends string>(catalogues: Readonly<Record<string, Texts<K>>> & { readonly en: Texts<K> }) {
  return (language: string) => {
    const texts = catalogues[language] ?? catalogues.en,
      plural = new Intl.PluralRules(language);
    return (key: K, values: Values = {}): string => {
      const text = texts[key] ?? key;
      const form = typeof text === 'string' ? text : (text[plural.select(Number(values['count']))] ?? text['other']!);
      return form.replace(/\{(\w+)\}/g, (_, name: string) =>
        typeof values[name] === 'number'
          ? new Intl.NumberFormat(language).format(values[name])
          : String(values[name] ?? ''),
      );
    };
  };
}

export type Key = keyof typeof en;
export const wordsIn = wordsOf<Key>({ en, de });
export type Words = ReturnType<typeof wordsIn>;

// Where the language is the reader's own, their region counts too: some regions have 24 hours, others 12.
const localeOf = (language: string): string => navigator.languages.find((one) => one.startsWith(language)) ?? language;

/** A duration in seconds as m:ss or h:mm:ss. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds)),
    two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600),
    minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
export const timeOfDay = (time: string | number, language: string): string =>
  new Intl.DateTimeFormat(localeOf(language), { timeStyle: 'medium' }).format(new Date(time));
export const dateAndTime = (time: string, language: string): string =>
  new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'short', timeStyle: 'medium' }).format(new Date(time));
export const percent = (value: number, language: string): string =>
  new Intl.NumberFormat(localeOf(language), { style: 'percent' }).format(value);
export const byName = (language: string): ((a: string, b: string) => number) =>
  new Intl.Collator(language, { numeric: true }).compare;
