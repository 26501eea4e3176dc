// A call that comes while the desktop is in the background: a notification where that is allowed, and the title says so
// until somebody looks.
import type { Call } from '@deskline/client';
import { settings } from './settings';
import { wordsIn } from './words';

const title = document.title;

export function notice(call: Call): void {
  if (document.visibilityState === 'visible' && document.hasFocus()) return;
  const say = wordsIn(settings.language),
    who = call.caller.name ?? call.caller.number ?? '?';
  document.title = say('call.badge', { title });
  if (settings.notify && 'Notification' in window && Notification.permission === 'granted')
    new Notification(say('call.notice', { who }), { tag: call.id, icon: 'icon.svg' });
}

/** Takes the notice back, since somebody looks. */
export function seen(): void {
  if (document.visibilityState === 'visible') document.title = title;
}
