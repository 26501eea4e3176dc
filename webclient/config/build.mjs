// Builds the web client into `build/webclient`: `site/` is what the gateway serves, `client/` the library as one file
// for other programs. Sizes are held to their limits (gzip), and each file of the site gets a compressed twin.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, defaultClientConditions } from 'vite';

const root = resolve(new URL('..', import.meta.url).pathname),
  out = resolve(root, '../build/webclient'),
  site = join(out, 'site');
execFileSync(process.execPath, [join(root, 'config/contract.mjs')], { stdio: 'inherit' });
rmSync(out, { recursive: true, force: true });

const common = {
  configFile: false,
  logLevel: 'warn',
  root,
  resolve: { conditions: ['deskline-source', ...defaultClientConditions] },
};
const library = (entry, file, format, folder, name) =>
  build({
    ...common,
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: 'es2022',
      lib: { entry: join(root, entry), formats: [format], name, fileName: () => file },
      rollupOptions: { external: [] },
    },
  });

await build({
  ...common,
  root: join(root, 'desktop'),
  base: './',
  build: {
    outDir: site,
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
await library('client/source/worker.ts', 'worker.js', 'es', site);
await library('components/source/index.ts', 'components.js', 'iife', site, 'Deskline');
await library('client/source/index.ts', 'client.js', 'es', join(out, 'client'));

cpSync(join(root, 'examples'), join(site, 'examples'), { recursive: true });
mkdirSync(join(site, 'stories'));
const { pages } = await import('../components/stories/stories.mjs');
for (const [name, text] of Object.entries(pages)) writeFileSync(join(site, 'stories', name), text);
for (const name of ['stories.css', 'stories.js'])
  cpSync(join(root, 'components/stories', name), join(site, 'stories', name));

const compressed = (path) => gzipSync(readFileSync(path), { level: 9 });
const page = readFileSync(join(site, 'index.html'), 'utf8');
const loaded = [...page.matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)].map(([, file]) => file);
const limits = [
  { what: '@deskline/client', files: [join(out, 'client/client.js')], most: 12 },
  {
    what: 'the desktop, all that its page loads',
    files: ['index.html', 'worker.js', 'icon.svg', ...loaded].map((file) => join(site, file)),
    most: 150,
  },
];
for (const { what, files, most } of limits) {
  const size = files.reduce((sum, file) => sum + compressed(file).length, 0) / 1024;
  console.log(`${what}: ${size.toFixed(1)} KiB of ${most} KiB (gzip)`);
  if (size > most) throw new Error(`${what} is too large`);
}
for (const file of readdirSync(site, { recursive: true }))
  if (/\.(js|css|svg|json|webmanifest)$/.test(file))
    writeFileSync(join(site, file + '.gz'), compressed(join(site, file)));
