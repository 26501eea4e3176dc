// The measures over the days as one SVG: small curves, one below the other, each from 0 to its highest.
const escape = (text) => String(text).replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);

export function plot(title, days, rows) {
  const width = 900,
    each = 64,
    left = 190,
    right = 140,
    top = 40,
    inner = width - left - right;
  const x = (day) => left + (inner * day) / Math.max(1, days.length - 1);
  const curves = rows.map(({ name, was, is, grows }, row) => {
    const values = days.map((day) => day[name] ?? 0),
      highest = Math.max(...values) || 1,
      y = top + row * each;
    const points = values
      .map((value, day) => `${x(day).toFixed(1)},${(y + 50 - (44 * value) / highest).toFixed(1)}`)
      .join(' ');
    const change = was ? ((100 * (is - was)) / was).toFixed(2) + ' %' : is ? 'new' : '0';
    const last = values.at(-1).toLocaleString('en', { maximumFractionDigits: 3 });
    return (
      `<line x1="${left}" x2="${width - right}" y1="${y + 50}" y2="${y + 50}" stroke="#ccc"/>` +
      `<text x="${left - 8}" y="${y + 34}" text-anchor="end">${escape(name)}</text>` +
      `<polyline points="${points}" fill="none" stroke="${grows ? '#b00020' : '#1a5fb4'}" stroke-width="1.5"/>` +
      `<text x="${width - right + 8}" y="${y + 26}">${last}</text>` +
      `<text x="${width - right + 8}" y="${y + 42}" fill="${grows ? '#b00020' : '#666'}">${change}</text>`
    );
  });
  const height = top + rows.length * each + 24;
  const weeks = days
    .map((_, day) =>
      day % 7 === 0
        ? `<line x1="${x(day)}" x2="${x(day)}" y1="${top}" y2="${height - 20}" stroke="#eee"/>` +
          `<text x="${x(day)}" y="${height - 6}" text-anchor="middle" fill="#666">day ${day + 1}</text>`
        : '',
    )
    .join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    'font-family="sans-serif" font-size="12">' +
    '<rect width="100%" height="100%" fill="#fff"/>' +
    `<text x="12" y="22" font-size="15">${escape(title)}</text>${weeks}${curves.join('')}</svg>\n`
  );
}
