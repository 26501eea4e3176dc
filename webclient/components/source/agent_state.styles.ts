import { css } from 'lit';

export const styles = css`
  .now {
    display: flex;
    align-items: baseline;
    flex-wrap: wrap;
    gap: var(--gap-3);
    min-height: 2.6rem;
  }
  .now .state {
    font-size: var(--large);
    line-height: 2.4rem;
  }
  deskline-elapsed {
    font-size: var(--huge);
    font-weight: 300;
    line-height: 1.2;
    min-width: 4ch;
  }
  .switch {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(5.5rem, 1fr));
    gap: var(--gap-2);
    margin: var(--gap-3) 0;
  }
  .switch button {
    min-height: 3rem;
    padding: 0 var(--gap-1);
    font-weight: 600;
    border-width: 2px;
  }
  .switch button[aria-pressed='true'] {
    --of: var(--accent);
    border-color: var(--of);
    color: var(--of);
    background: color-mix(in srgb, var(--of) 10%, var(--raised));
    border-style: solid;
  }
  button[data-wanted='ready'][aria-pressed='true'] {
    --of: var(--ready);
  }
  button[data-wanted='not-ready'][aria-pressed='true'] {
    --of: var(--away);
  }
  button[data-wanted='busy-wrapup'][aria-pressed='true'] {
    --of: var(--wrapup);
  }
  button[aria-busy='true'] {
    border-style: dotted;
    animation: wait 1.2s ease-in-out infinite;
  }
  @keyframes wait {
    50% {
      opacity: 0.55;
    }
  }
  .note {
    min-height: 1.4em;
  }
  section + section {
    border-top: 1px solid var(--line);
    padding-top: var(--gap-3);
    margin-top: var(--gap-3);
  }
  label {
    display: flex;
    align-items: center;
    gap: var(--gap-2);
  }
  select {
    flex: 1;
    min-width: 0;
    max-width: 16rem;
  }
`;
