// Errors: the gateway's problems (RFC 9457), and those of requests that it never got or never answered.
import type { ProblemBody, ProblemType } from './contract';

/**
 * `offline`: it was not sent within its time. `connection-lost`: it was sent, and whether it was carried out is not
 * known. `closed`: by `close()`. `too-many`: as many commands are under way, or events waiting to be taken, as the
 * client keeps.
 */
export type LocalProblem = 'offline' | 'connection-lost' | 'closed' | 'not-answered' | 'too-many';
const words: Record<LocalProblem, string> = {
  offline: 'There was no connection to the gateway; it was not sent.',
  'connection-lost': 'The connection was lost before the answer came; whether it was carried out is not known.',
  closed: 'The client was closed.',
  'too-many': 'More is under way, or waits to be taken, than the client keeps.',
  'not-answered': 'The gateway has not answered in time; whether it was carried out is not known.',
};

export class Problem extends Error {
  override readonly name = 'Problem';
  /** The slug: `state-not-allowed`, `wrong-pin`, … or a LocalProblem. */
  readonly slug: string;
  /** HTTP's; 0 where the gateway did not answer. */
  readonly status: number;
  /** What the gateway said; undefined where it did not. */
  readonly body: ProblemBody | undefined;

  constructor(what: ProblemBody | LocalProblem) {
    const local = typeof what === 'string';
    super(local ? words[what] : `${what.title}. ${what.detail}`);
    this.slug = local ? what : what.type.replace('/problems/', '');
    this.status = local ? 0 : what.status;
    this.body = local ? undefined : what;
  }

  /** Whether this is the problem `type` of the contract; narrows its type. */
  is(type: ProblemType): boolean {
    return this.body?.type === type;
  }
}
