// How tests wait, and work that goes on beside them.

export const until = async (what, check, milliseconds = 20_000) => {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error('never came: ' + what);
    await new Promise((r) => setTimeout(r, 20));
  }
};

export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// Whether no answer came, since the connection was refused or cut. A test that kills the gateway, or takes its memory
// away, excuses only that; every other failure of a request is a finding.
export class Unanswered extends Error {}

// Work that goes on beside a test, each piece for as long as `running`. An error of one piece ends them all, and fails
// the test at its next check.
export class Beside {
  running = true;
  works = [];
  wrong = undefined;
  add(work) {
    this.works.push(
      work.catch((error) => {
        this.wrong ??= error;
        this.running = false;
      }),
    );
  }
  look() {
    if (this.wrong) throw this.wrong;
  }
  async end() {
    this.running = false;
    await Promise.all(this.works);
    this.look();
  }
}
