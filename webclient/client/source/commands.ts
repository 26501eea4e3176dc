// Commands that are under way. Each is sent once, and once more after a lost connection; it is done when the copy has
// applied the event that it brought about.
import { numberOf, type Command, type CommandResult, type Operation } from './contract';
import { Problem, type LocalProblem } from './problem';

export interface Answer<T = unknown> {
  readonly status: number;
  readonly body: T;
  readonly headers: Readonly<Record<string, string>>;
}
export interface CommandOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds to wait for a connection; 15,000 where absent. */
  readonly patience?: number | undefined;
  /**
   * How long the gateway may take to answer, in seconds, 0 to 120; 30 where absent. A command that takes longer is
   * followed until it has settled.
   */
  readonly wait?: number | undefined;
}

interface Pending {
  readonly frame: Command;
  readonly done: (answer: Answer) => void;
  readonly fail: (problem: Problem) => void;
  readonly repeatable: boolean;
  readonly timer: ReturnType<typeof setTimeout>;
  sent: number;
  answer?: Answer;
  after?: number; // the number of the last event that the copy must have applied
}
type Said = { readonly event?: string | null; readonly operation?: string } | null;

const most = 1_000; // under way
const limit = 150_000; // ms; a command blocks for two minutes at most

// Requests that may be sent twice: the gateway keeps idempotency keys for them, or they only read.
const repeatable = (method: string, path: string) => method === 'GET' || /^\/(agents|sessions|audio)\//.test(path);

export class Commands {
  #pending = new Map<string, Pending>();
  #live = false;
  #applied = 0;

  constructor(private readonly send: (frame: object) => boolean) {}

  run<T>(method: string, path: string, body?: unknown, options: CommandOptions = {}): Promise<Answer<T>> {
    const id = crypto.randomUUID();
    const headers = {
      'X-Request-Id': id,
      ...(method !== 'GET' && { 'Idempotency-Key': id, Prefer: `wait=${options.wait ?? 30}` }),
      ...options.headers,
    };
    return new Promise<Answer>((done, fail) => {
      if (this.#pending.size >= most) return fail(new Problem('too-many'));
      const timer = setTimeout(() => this.#late(id), options.patience ?? 15_000);
      this.#pending.set(id, {
        frame: { op: 'command', id, method, path, headers, ...(body !== undefined && { body }) },
        done,
        fail,
        repeatable: repeatable(method, path),
        timer,
        sent: 0,
      });
      this.#try(id);
    }) as Promise<Answer<T>>;
  }

  live(live: boolean): void {
    if (live === this.#live) return;
    this.#live = live;
    for (const [id, pending] of this.#pending) {
      if (live) this.#try(id);
      else if (!pending.answer && pending.sent > (pending.repeatable ? 1 : 0)) this.#fail(id, 'connection-lost');
    }
  }

  /** The copy has applied every event up to this number. */
  applied(number: number): void {
    this.#applied = number;
    for (const [id, { after }] of this.#pending) if (after && after <= number) this.#settle(id);
  }

  result({ id, status, body, headers = {} }: CommandResult): void {
    const pending = this.#pending.get(id);
    if (!pending || pending.answer) return;
    const said = body as Said;
    if (status === 409 && String((body as { type?: string } | null)?.type).endsWith('/idempotency-running')) {
      setTimeout(() => this.#send(pending), 500); // the first is still under way
      return;
    }
    pending.answer = { status, body, headers };
    if (status === 202 && said?.operation) void this.#follow(id, said.operation);
    else if (status < 300 && said?.event && numberOf(said.event) > this.#applied) pending.after = numberOf(said.event);
    else this.#settle(id);
  }

  close(): void {
    for (const id of [...this.#pending.keys()]) this.#fail(id, 'closed');
  }

  #try(id: string): void {
    const pending = this.#pending.get(id)!;
    if (this.#live && !pending.answer) this.#send(pending);
  }

  #send(pending: Pending): void {
    if (this.send(pending.frame)) pending.sent++;
  }

  #late(id: string): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    if (!pending.sent) return this.#fail(id, 'offline');
    setTimeout(() => this.#fail(id, 'not-answered'), limit);
  }

  // The command takes longer than the gateway waited: its operation is asked for every two seconds.
  async #follow(id: string, operation: string): Promise<void> {
    for (const until = Date.now() + limit; Date.now() < until; await new Promise((next) => setTimeout(next, 2000))) {
      const pending = this.#pending.get(id);
      if (!pending) return;
      const asked = await this.run<Operation>('GET', '/operations/' + operation).catch(() => undefined);
      const { state, problem, result, status = 0 } = asked?.body ?? {};
      if (state !== 'succeeded' && state !== 'failed') continue;
      delete pending.answer;
      return this.result({ op: 'result', id, status: problem?.status ?? status, body: problem ?? result });
    }
    this.#fail(id, 'not-answered');
  }

  #settle(id: string): void {
    const { answer, done, fail } = this.#forget(id)!;
    if (answer!.status < 300) done(answer!);
    else fail(new Problem(answer!.body as ConstructorParameters<typeof Problem>[0]));
  }

  #fail(id: string, why: LocalProblem): void {
    this.#forget(id)?.fail(new Problem(why));
  }

  #forget(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    clearTimeout(pending?.timer);
    this.#pending.delete(id);
    return pending;
  }
}
