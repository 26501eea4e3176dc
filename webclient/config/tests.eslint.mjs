// ESLint's rules for the end-to-end tests (npm run lint): undefined and unused names. Code that runs inside a page is
// not told apart from code beside it, so in those files undefined names are allowed.
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
      'no-control-regex': 'off', // some tests look for control characters
      // Prettier leaves comments and long texts as they are; a test's title it keeps in one line.
      'max-len': [
        'error',
        { code: 120, ignoreUrls: true, ignoreRegExpLiterals: true, ignorePattern: '^ *(test|describe|it)\\(' },
      ],
    },
  },
  { files: ['tests/e2e/{pages,alone}/**', 'tests/e2e/harness/browser.mjs'], rules: { 'no-undef': 'off' } },
];
