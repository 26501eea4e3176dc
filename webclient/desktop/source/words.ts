import { wordsOf } from '@deskline/components/words';
import { de } from './messages/de';
import { en } from './messages/en';

export type Key = keyof typeof en;
export const wordsIn = wordsOf<Key>({ en, de });
