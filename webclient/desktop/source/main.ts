import '@deskline/components';
import { controls, tokens } from '@deskline/components/theme';
import { Curves } from './curves';
import { Desk } from './desk';
import { Desktop } from './desktop';
import { Happenings } from './happenings';
import { Headset } from './headset';
import { Host } from './host';
import { OpenSession } from './open_session';
import './page.css';
import { Team } from './team';
import { Today } from './today';

document.adoptedStyleSheets.push(tokens.styleSheet!, controls.styleSheet!);
for (const [name, element] of Object.entries({
  'deskline-open-session': OpenSession,
  'deskline-today': Today,
  'deskline-headset': Headset,
  'deskline-happenings': Happenings,
  'deskline-desk': Desk,
  'deskline-curves': Curves,
  'deskline-host': Host,
  'deskline-team': Team,
  'deskline-desktop': Desktop,
}))
  customElements.define(name, element);
