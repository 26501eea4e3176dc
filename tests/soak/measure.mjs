// The measures that must not grow: memory, descriptors, threads, the journal's file, the rows of each of its tables,
// and each gauge of /metrics. `trend` compares one whole week with the next.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

const tables = `
import json, sqlite3, sys
base = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
one = lambda text: base.execute(text).fetchone()[0]
figures = {"journal bytes": (one("PRAGMA page_count") - one("PRAGMA freelist_count")) * one("PRAGMA page_size")}
names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
for (name,) in base.execute(names).fetchall():
    if name != "records": figures["rows of " + name] = one("SELECT COUNT(*) FROM " + name)
beforeSlash = "CASE INSTR(kind, '/') WHEN 0 THEN kind ELSE SUBSTR(kind, 1, INSTR(kind, '/') - 1) END"
for kind, count in base.execute("SELECT " + beforeSlash + " AS of, COUNT(*) FROM records GROUP BY of").fetchall():
    figures["records: " + kind] = count
print(json.dumps(figures))`;

// Calls of the switch and lookups of names have threads only while they run, so how many there are varies; they are
// bounded by their own limits.
const lastingThreads = (pid) =>
  readdirSync(`/proc/${pid}/task`).filter((id) => {
    try {
      return !['call', 'lookup'].includes(readFileSync(`/proc/${pid}/task/${id}/comm`, 'utf8').trim());
    } catch {
      return false; // it has ended meanwhile
    }
  }).length;

export async function measure(gateway, time, journal) {
  const pid = gateway.child.pid,
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'))[1]);
  const { text } = await gateway.request('GET', '//metrics', undefined, { token: '' });
  const told = Object.fromEntries(
    [...text.matchAll(/^# TYPE (deskline_\S+) gauge\n\1 (\d+)/gm)].map(([, name, value]) => [name, Number(value)]),
  );
  return {
    events: Number(text.match(/^deskline_events_total (\d+)/m)[1]),
    'heap bytes': await time.heap(),
    'resident bytes': of('VmRSS') * 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: lastingThreads(pid),
    ...JSON.parse(
      execFileSync('python3', ['-c', tables, journal], { encoding: 'utf8', env: { PATH: process.env.PATH } }),
    ),
    ...told,
  };
}

const ofKept = 'rows of events for each event'; // of the days that are kept; it varies with the hour of the cut

// By how much more than 2 % a measure may differ, since its unit is coarse (a page of memory, one row of a dozen), or
// its days are uneven (of a webhook up to a hundred deliveries are kept, and their number at midnight varies).
const coarse = {
  'records: delivery': 60,
  'heap bytes': 96 * 1024,
  'resident bytes': 1024 * 1024,
  descriptors: 2,
  threads: 1,
  [ofKept]: 0.04,
};
const slack = (name) => coarse[name] ?? (name.startsWith('bytes of') ? 0 : 4);

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// The number of events of a week varies, so measures of the journal are divided by the events that it has to keep, and
// by its rows. `kept`: for how many days it keeps them.
export function inProportion(days, kept) {
  const rowsOf = (day) =>
    Object.entries(day).reduce((sum, [name, value]) => sum + (/^(rows of|records:)/.test(name) ? value : 0), 0);
  return days.map((day, at) => {
    const {
      events,
      'rows of events': rows,
      deskline_journal_events_bytes: eventBytes,
      'journal bytes': bytes,
      ...rest
    } = day;
    return {
      ...rest,
      [ofKept]: rows / (events - (days[at - kept]?.events ?? 0)),
      'bytes of a row of events': eventBytes / rows,
      'bytes of the journal for each row': bytes / rowsOf(day),
    };
  });
}

// `days`: one measurement for each day, in order. Compares the last week with the one before: an endless growth shows
// between them.
export function trend(days) {
  const last = days.slice(-7),
    before = days.slice(-14, -7);
  return Object.keys(days.at(-1)).map((name) => {
    const [was, is] = [before, last].map((week) => mean(week.map((day) => day[name] ?? 0)));
    return { name, was, is, grows: is - was > Math.max(0.02 * was, slack(name)) };
  });
}
