import '@deskline/components';
import { controls, tokens } from '@deskline/components/theme';
import { Desk } from './desk';
import { Desktop } from './desktop';
import { EventFeed } from './event_feed';
import { Headset } from './headset';
import { Host } from './host';
import { OpenSession } from './open_session';
import './page.css';
import { QueueCharts } from './queue_charts';
import { Team } from './team';
import { Today } from './today';

document.adoptedStyleSheets.push(tokens.styleSheet!, controls.styleSheet!);
for (const [name, element] of Object.entries({
  'deskline-open-session': OpenSession,
  'deskline-today': Today,
  'deskline-headset': Headset,
  'deskline-event-feed': EventFeed,
  'deskline-desk': Desk,
  'deskline-queue-charts': QueueCharts,
  'deskline-host': Host,
  'deskline-team': Team,
  'deskline-desktop': Desktop,
}))
  customElements.define(name, element);
