// The reader's language: that of the nearest `lang`, else the browser's. Elements that show texts are drawn again
// when a `lang` of the page changes.
const readers = new Set<() => void>();
let observer: MutationObserver | undefined;

export const languageOf = (element: Element | null): string =>
  (element?.closest('[lang]')?.getAttribute('lang') || navigator.language).slice(0, 2).toLowerCase();

/** Calls `redraw` when a language may have changed, until the function that it returns is called. */
export function watchLanguage(redraw: () => void): () => void {
  observer ??= new MutationObserver(() => readers.forEach((reader) => reader()));
  if (!readers.size) observer.observe(document, { attributes: true, attributeFilter: ['lang'], subtree: true });
  readers.add(redraw);
  return () => {
    readers.delete(redraw);
    if (!readers.size) observer?.disconnect();
  };
}
