// The user's settings, kept in this browser: language, appearance, whether calls are notified.
const languages = ['en', 'de'] as const;
const themes = ['auto', 'light', 'dark'] as const;
export type Language = (typeof languages)[number];
export type Theme = (typeof themes)[number];
export { languages, themes };

const read = <T extends string>(key: string, among: readonly T[], otherwise: T): T =>
  among.find((one) => one === localStorage.getItem('deskline.' + key)) ?? otherwise;

const watchers = new Set<() => void>();

export const settings = {
  get language(): Language {
    return read('language', languages, navigator.language.startsWith('de') ? 'de' : 'en');
  },
  get theme(): Theme {
    return read('theme', themes, 'auto');
  },
  get notify(): boolean {
    return localStorage.getItem('deskline.notify') === 'yes';
  },
  set(key: 'language' | 'theme' | 'notify', value: string): void {
    localStorage.setItem('deskline.' + key, value);
    this.apply();
    for (const watcher of watchers) watcher();
  },
  /** Calls `watcher` when a setting was changed, until the function that it returns is called. */
  watch(watcher: () => void): () => void {
    watchers.add(watcher);
    return () => void watchers.delete(watcher);
  },
  apply(): void {
    document.documentElement.lang = this.language;
    document.documentElement.dataset['theme'] = this.theme;
  },
};
