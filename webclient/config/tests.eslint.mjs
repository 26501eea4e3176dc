// What is looked at in the end-to-end tests (npm run lint): names that nobody defined, or that nobody uses. What runs
// inside a page is not told apart from what runs beside it, so there no name is unknown.
import js from '@eslint/js';

const known = [
  'AbortController',
  'AbortSignal',
  'Buffer',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
  'WebSocket',
  'clearInterval',
  'clearTimeout',
  'console',
  'fetch',
  'performance',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
  'structuredClone',
];

export default [
  { ignores: ['**/node_modules/**'] },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: Object.fromEntries(known.map((name) => [name, 'readonly'])) },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...js.configs.recommended.rules,
      'no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      'no-control-regex': 'off', // they are what is looked for
      // Prettier leaves comments and long texts as they are; a test's title it keeps in one line.
      'max-len': [
        'error',
        { code: 120, ignoreUrls: true, ignoreRegExpLiterals: true, ignorePattern: '^ *(test|describe|it)\\(' },
      ],
    },
  },
  { files: ['tests/e2e/{pages,alone}/**', 'tests/e2e/harness/browser.mjs'], rules: { 'no-undef': 'off' } },
];
