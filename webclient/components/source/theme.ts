// What all components and the desktop look like: one type scale, one scale of distances, a small palette. A page
// changes it with --deskline-* properties on any element above; light or dark follows the page's `color-scheme`.
// Contrasts hold WCAG 2.2 AA in both.
import { css } from 'lit';

/** The styles of colours, type and distances, for a shadow root or a document. */
export const tokens = css`
  :root,
  :host {
    --ink: var(--deskline-ink, light-dark(#16202c, #e8edf3));
    --soft: var(--deskline-soft, light-dark(#4c5869, #a8b4c4));
    --line: var(--deskline-line, light-dark(#d9dfe7, #2d3845));
    --edge: var(--deskline-edge, light-dark(#76818f, #74839a));
    --ground: var(--deskline-ground, light-dark(#f3f5f8, #0f151c));
    --raised: var(--deskline-raised, light-dark(#ffffff, #17202a));
    --accent: var(--deskline-accent, light-dark(#0b559f, #86bdf7));
    --on-accent: var(--deskline-on-accent, light-dark(#ffffff, #0b1a2a));
    --ready: var(--deskline-ready, light-dark(#0d6434, #62d394));
    --call: var(--deskline-call, light-dark(#0b559f, #86bdf7));
    --wrapup: var(--deskline-wrapup, light-dark(#663a8c, #cda9ef));
    --away: var(--deskline-away, light-dark(#774d00, #e9ba5e));
    --bad: var(--deskline-bad, light-dark(#a51f18, #ff9389));
    --small: 0.8125rem;
    --text: 0.9375rem;
    --large: 1.1875rem;
    --huge: 1.75rem;
    --gap-1: 0.25rem;
    --gap-2: 0.5rem;
    --gap-3: 0.75rem;
    --gap-4: 1rem;
    --gap-5: 1.5rem;
    --round: var(--deskline-round, 0.5rem);
  }
`;

/** The styles of controls, rows, tables, states and problems, for a shadow root or a document. */
export const controls = css`
  * {
    box-sizing: border-box;
  }
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--gap-2);
  }
  .end {
    margin-inline-start: auto;
  }
  .soft {
    color: var(--soft);
  }
  .small {
    font-size: var(--small);
  }
  .empty {
    color: var(--soft);
    padding: var(--gap-4) 0;
  }
  button,
  select,
  input {
    font: inherit;
    color: inherit;
  }
  button,
  select,
  input:not([type='range'], [type='checkbox']) {
    min-height: 2.25rem;
    padding: 0 var(--gap-3);
    background: var(--raised);
    border: 1px solid var(--edge);
    border-radius: var(--round);
  }
  button {
    cursor: pointer;
    font-weight: 500;
  }
  button:hover:not(:disabled) {
    background: color-mix(in srgb, var(--accent) 10%, var(--raised));
  }
  button.primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
  }
  button.primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--accent) 88%, var(--ink));
  }
  button:disabled,
  select:disabled,
  input:disabled {
    cursor: not-allowed;
    border-style: dashed;
    color: var(--soft);
  }
  button[aria-pressed='true'] {
    background: color-mix(in srgb, var(--accent) 16%, var(--raised));
    border-color: var(--accent);
  }
  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  .state {
    --of: var(--soft);
    display: inline-flex;
    align-items: center;
    gap: 0.4em;
    padding: 0 0.6em;
    border-radius: 1em;
    font-size: var(--small);
    font-weight: 600;
    line-height: 1.6rem;
    white-space: nowrap;
    color: var(--of);
    background: color-mix(in srgb, var(--of) 9%, var(--raised));
  }
  .state::before {
    content: '';
    width: 0.6em;
    height: 0.6em;
    border: 2px solid var(--of);
    border-radius: 50%;
  }
  .state[data-state='ready'] {
    --of: var(--ready);
  }
  .state[data-state='ready']::before,
  .state[data-state^='busy']::before {
    background: var(--of);
  }
  .state[data-state='not-ready'] {
    --of: var(--away);
  }
  .state[data-state='busy-on-call'],
  .state[data-state='busy-acd'],
  .state[data-state='busy-incoming'],
  .state[data-state='busy-outgoing'],
  .state[data-state='offering'],
  .state[data-state='connected'] {
    --of: var(--call);
  }
  .state[data-state='busy-wrapup'] {
    --of: var(--wrapup);
  }
  .problem,
  .notice {
    border-inline-start: 4px solid var(--bad);
    padding: var(--gap-2) var(--gap-3);
    background: color-mix(in srgb, var(--bad) 8%, var(--raised));
    border-radius: var(--round);
  }
  .notice {
    --bad: var(--away);
  }
  .problem strong {
    color: var(--bad);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th,
  td {
    padding: var(--gap-2);
    text-align: start;
    border-bottom: 1px solid var(--line);
  }
  th {
    font-size: var(--small);
    font-weight: 600;
    color: var(--soft);
  }
  th.number,
  td.number {
    text-align: end;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
  @media (forced-colors: active) {
    .state {
      border: 1px solid;
    }
    button[aria-pressed='true'] {
      border: 3px solid Highlight;
    }
  }
`;

/** The styles that every component begins with. */
export const theme = [
  tokens,
  controls,
  css`
    :host {
      display: block;
      color: var(--ink);
      font: 400 var(--text) / 1.4 var(--deskline-font, system-ui, sans-serif);
      font-variant-numeric: tabular-nums;
      text-align: start;
    }
    :host([hidden]) {
      display: none;
    }
    :host([data-stale]) {
      filter: grayscale(1);
    }
    li {
      padding: var(--gap-2) 0;
    }
    li + li {
      border-top: 1px solid var(--line);
    }
    h2 {
      font-size: var(--large);
      font-weight: 600;
      line-height: 1.25;
    }
    h3 {
      font-size: var(--text);
      font-weight: 600;
    }
  `,
];
