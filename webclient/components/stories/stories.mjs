// The story page of each component: what it is for, its attributes, events and properties, and itself at work.
// config/build.mjs makes a page of each, below /stories/.
const common = [
  ['gateway', "The gateway's address with its base path."],
  ['token (property)', 'Fetches a token; one element of a gateway that has it serves all.'],
  ['client (property)', 'Instead of both: a client of @deskline/client.'],
  ['share', 'The account whose tabs share one connection.'],
];
export const stories = [
  {
    tag: 'deskline-connection',
    title: 'Connection',
    text:
      'Whether what is shown is true now: live, reconnecting, out of date since when, ' +
      'signed out; and whether the switch is there.',
    attributes: [],
  },
  {
    tag: 'deskline-agent-state',
    title: 'Agent state',
    text:
      'The big switch. Only what the switch allows is offered; ' +
      'a press is pending until its event has come; a refusal explains itself. ' +
      'During a call, what is wanted comes after it.',
    attributes: [['agent', 'Absent: the first agent that the caller is.']],
  },
  {
    tag: 'deskline-sessions',
    title: 'Sessions',
    text: 'Sessions with state, time, figures, and a button that ends one where that is allowed.',
    attributes: [['agent', "Only this agent's."]],
  },
  {
    tag: 'deskline-call',
    title: 'Call',
    text: 'The calls that are on: who calls whom, from which queue, for how long.',
    attributes: [['agent', "Only calls of this agent's sessions."]],
    events: [['deskline-call', 'Once for each call that rings or is connected; detail: the call. For the screen pop.']],
  },
  {
    tag: 'deskline-audio-mixer',
    title: 'Audio mixer',
    text:
      'Devices and sessions with volume, mute, channels and peaks, who changed them last, ' +
      'and which device is the default for what.',
    attributes: [['only', 'devices or sessions.']],
  },
  {
    tag: 'deskline-queue-board',
    title: 'Queue board',
    text: "Each queue's waiting calls, waits and losses; figures are read every five seconds.",
    attributes: [],
  },
  {
    tag: 'deskline-agent-board',
    title: 'Agent board',
    text:
      'Agents by group with state and time in it; too long is said in colour and in words. ' +
      'By keyboard: arrows, Page Up and Down, Home, End.',
    attributes: [
      ['group', 'Only this group.'],
      ['chosen', 'The id of the agent that is marked.'],
    ],
    events: [['deskline-agent', "A row was chosen; detail: the agent's id."]],
  },
  {
    tag: 'deskline-timeline',
    title: 'Timeline',
    text: "An agent's day as bars, a line for each group.",
    attributes: [['agent', "The agent's id."]],
  },
];

const rows = (list) =>
  list.map(([name, text]) => `<tr><th scope="row"><code>${name}</code></th><td>${text}</td></tr>`).join('');
const links = stories.map(({ tag, title }) => `<a href="${tag}.html">${title}</a>`).join('');
const page = (title, body) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title} – Deskline components</title>
    <link rel="icon" href="../icon.svg" />
    <link rel="stylesheet" href="stories.css" />
    <script src="../components.js" defer></script>
    <script src="stories.js" defer></script>
  </head>
  <body>
    <nav aria-label="Components"><a href="index.html">Components</a>${links}</nav>
    <main>${body}</main>
  </body>
</html>
`;

const overview =
  '<h1>Deskline components</h1><p>One script tag, a <code>gateway</code> attribute and a token callback. ' +
  'Open a page with <code>#token=…</code> to see it at work; colours, font and roundness are the ' +
  '<code>--deskline-*</code> properties of any element above.</p>' +
  '<p><a href="../examples/crm.html">Inside a CRM\'s page</a></p>' +
  `<ul>${stories.map(({ tag, title, text }) => `<li><a href="${tag}.html">${title}</a>: ${text}</li>`).join('')}</ul>`;

const story = ({ tag, title, text, attributes, events = [] }) =>
  `<h1>${title}</h1><p>${text}</p>` +
  '<section aria-label="At work" class="story">' +
  `<${tag} data-story${tag === 'deskline-timeline' ? ' agent="1001"' : ''}></${tag}></section>` +
  `<h2>Attributes</h2><table>${rows([...attributes, ...common])}</table>` +
  (events.length ? `<h2>Events</h2><table>${rows(events)}</table>` : '') +
  '<h2>In a page</h2><pre>&lt;script src="https://gateway.example/components.js" defer&gt;&lt;/script&gt;\n' +
  `&lt;${tag} gateway="https://gateway.example"&gt;&lt;/${tag}&gt;\n` +
  `&lt;script&gt;document.querySelector('${tag}').token = ` +
  "async () =&gt; (await fetch('/my/token')).text();&lt;/script&gt;</pre>";

export const pages = {
  'index.html': page('Overview', overview),
  ...Object.fromEntries(stories.map((one) => [`${one.tag}.html`, page(one.title, story(one))])),
};
