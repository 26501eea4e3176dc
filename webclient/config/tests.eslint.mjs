// ESLint's rules for the end-to-end tests (npm run lint): undefined and unused names, functions of more than 60 lines.
// Code that runs inside a page is not told apart from code beside it, so in those files undefined names are allowed.
import js from '@eslint/js';
import { builtinRules } from 'eslint/use-at-your-own-risk';

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

// max-lines-per-function, except for what is handed to describe: that holds only tests.
const lines = builtinRules.get('max-lines-per-function');
const heldByDescribe = ({ parent }) => parent?.type === 'CallExpression' && parent.callee.name === 'describe';
const withoutDescribe = (context) => ({
  value: (found) => heldByDescribe(found.node) || context.report(found),
});
const functionLines = {
  ...lines,
  create: (context) => lines.create(Object.create(context, { report: withoutDescribe(context) })),
};

export default [
  { ignores: ['**/node_modules/**'] },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: Object.fromEntries(known.map((name) => [name, 'readonly'])) },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { deskline: { rules: { 'max-lines-per-function': functionLines } } },
    rules: {
      ...js.configs.recommended.rules,
      'no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      'deskline/max-lines-per-function': ['error', { max: 60 }], // blank lines and comments counted
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
