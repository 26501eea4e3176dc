// Builds what npm gets of @deskline/client and @deskline/components: `dist/` of each, JavaScript and its types. Inside
// this repository the packages are taken from their sources, by the condition "deskline-source" of their `exports`.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { build, defaultClientConditions } from 'vite';

const root = resolve(new URL('..', import.meta.url).pathname);
const packages = [
  { folder: 'client', entries: ['index', 'worker'], typed: ['index'] },
  { folder: 'components', entries: ['index'], typed: ['index'] },
];
execFileSync(process.execPath, [join(root, 'config/contract.mjs')], { stdio: 'inherit' });
for (const { folder, entries, typed } of packages) {
  const own = join(root, folder),
    dist = join(own, 'dist');
  const named = (some) => Object.fromEntries(some.map((entry) => [entry, join(own, `source/${entry}.ts`)]));
  const { dependencies = {} } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
  const external = Object.keys(dependencies).map((name) => new RegExp(`^${name}(/|$)`));
  rmSync(dist, { recursive: true, force: true });
  await build({
    configFile: false,
    logLevel: 'warn',
    root,
    resolve: { conditions: ['deskline-source', ...defaultClientConditions] },
    build: {
      outDir: dist,
      target: 'es2022',
      minify: false,
      sourcemap: true,
      lib: { entry: named(entries), formats: ['es'] },
      rollupOptions: { external, output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' } },
    },
  });
  const types = await rollup({
    input: named(typed),
    external,
    plugins: [dts({ tsconfig: join(root, 'tsconfig.json') })],
    logLevel: 'warn',
  });
  await types.write({ dir: dist, entryFileNames: '[name].d.ts' });
  await types.close();
}
