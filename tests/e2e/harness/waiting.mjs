// What tests wait for, and what goes on beside them.

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

// No answer came: the connection was refused, or cut. That alone is what a test that kills, or takes memory away, may
// excuse; whatever else a request fails with is a finding.
export class Unanswered extends Error {}

// Work that goes on beside a test, each piece for as long as `running`. What one of them finds wrong ends them all, and
// the test where it looks next.
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
