// The web components. Importing this defines them all.
import { AgentBoardElement } from './agent_board';
import { AgentStateElement } from './agent_state';
import { AudioMixerElement } from './audio_mixer';
import { CallElement } from './call';
import { ConnectionElement } from './connection';
import { Elapsed } from './elapsed';
import { QueueBoardElement } from './queue_board';
import { SessionsElement } from './sessions';
import { TimelineElement } from './timeline';

export const elements = {
  'deskline-elapsed': Elapsed,
  'deskline-connection': ConnectionElement,
  'deskline-agent-state': AgentStateElement,
  'deskline-sessions': SessionsElement,
  'deskline-call': CallElement,
  'deskline-audio-mixer': AudioMixerElement,
  'deskline-queue-board': QueueBoardElement,
  'deskline-agent-board': AgentBoardElement,
  'deskline-timeline': TimelineElement,
};
for (const [name, element] of Object.entries(elements))
  if (!customElements.get(name)) customElements.define(name, element);
export { connect } from '@deskline/client';
