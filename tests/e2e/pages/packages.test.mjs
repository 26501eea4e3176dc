// @deskline/client and @deskline/components as npm gets them: built, packed, and installed in an empty project, where
// Node runs the client against a gateway, TypeScript finds the types of both, and a bundler makes a page of the
// elements.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startGateway } from '../harness/harness.mjs';

const webclient = resolve(import.meta.dirname, '../../../webclient'),
  project = mkdtempSync(join(tmpdir(), 'deskline-packages-'));
const run = (command, args, options) => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...options });
  } catch (error) {
    throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`);
  }
};

before(() => {
  run('npm', ['run', '--silent', 'packages'], { cwd: webclient });
  const tarballs = ['client', 'components'].map((name) => {
    const [packed] = JSON.parse(
      run('npm', ['pack', '--json', '--pack-destination', project], { cwd: join(webclient, name) }),
    );
    assert.ok(
      packed.files.some((file) => file.path === 'LICENSE') && packed.files.some((file) => file.path === 'README.md'),
      `${name} has README and LICENSE`,
    );
    assert.ok(
      packed.files.every((file) => /^(dist\/|package\.json|README\.md|LICENSE)/.test(file.path)),
      JSON.stringify(packed.files.map((file) => file.path)),
    );
    return './' + packed.filename;
  });
  writeFileSync(join(project, 'package.json'), '{ "name": "a-crm", "private": true, "type": "module" }\n');
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs, 'ws@8'], { cwd: project });
});
after(() => rmSync(project, { recursive: true, force: true }));

test('Node runs the client of the package', async () => {
  const gateway = await startGateway();
  try {
    writeFileSync(
      join(project, 'one.mjs'),
      `
      import { connect, Problem } from '@deskline/client';
      import WebSocket from 'ws';
      const desk = connect({ gateway: process.env.GATEWAY, token: process.env.TOKEN, webSocket: WebSocket });
      await desk.ready;
      await desk.signIn('1001', { pin: '1001' });
      console.log(desk.freshness.status, Object.keys(desk.state).length > 5, typeof Problem);
      desk.close();
      process.exit(0);
    `,
    );
    const said = run(process.execPath, ['one.mjs'], {
      cwd: project,
      env: {
        ...process.env,
        GATEWAY: gateway.url,
        TOKEN: gateway.token(),
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
        NODE_NO_WARNINGS: '1',
      },
    });
    assert.equal(said.trim(), 'live true function');
  } finally {
    await gateway.stop();
  }
});

test('TypeScript finds the types of both, by every way of resolving', () => {
  writeFileSync(
    join(project, 'page.ts'),
    `
    import { connect, type State, type AgentSession } from '@deskline/client';
    import { elements } from '@deskline/components';
    const desk = connect({ gateway: 'https://localhost:8443', token: async () => 'x' });
    desk.subscribe((state: State) => state.sessions, () => undefined);
    export const session: AgentSession | undefined = undefined;
    export const names: string[] = Object.keys(elements);
    // @ts-expect-error: no such option
    connect({ gatewey: 'x' });
  `,
  );
  for (const [module, moduleResolution] of [
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'Bundler'],
  ]) {
    const compilerOptions = {
      module,
      moduleResolution,
      strict: true,
      noEmit: true,
      target: 'ES2022',
      lib: ['ES2023', 'DOM', 'DOM.Iterable'],
      types: [],
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['page.ts'] }));
    run(process.execPath, [join(webclient, 'node_modules/typescript/bin/tsc'), '-p', '.'], { cwd: project });
  }
});

test('a bundler makes one script of the elements, with one client', async () => {
  writeFileSync(
    join(project, 'entry.js'),
    "import '@deskline/components';\nexport { connect } from '@deskline/client';\n",
  );
  const { build } = await import(join(webclient, 'node_modules/vite/dist/node/index.js'));
  await build({
    configFile: false,
    root: project,
    logLevel: 'warn',
    build: { minify: false, lib: { entry: 'entry.js', formats: ['es'], fileName: () => 'page.js' } },
  });
  const page = readFileSync(join(project, 'dist/page.js'), 'utf8');
  assert.equal(page.match(/^class Client /gm)?.length, 1);
  assert.match(page, /deskline-agent-state/);
});
