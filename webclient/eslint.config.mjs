// What is looked at beyond the compiler: mistakes that types cannot see (a promise that nobody awaits), and those of
// templates.
import tseslint from 'typescript-eslint';
import { configs as lit } from 'eslint-plugin-lit';
import { configs as elements } from 'eslint-plugin-wc';

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '**/generated/', 'packages/', 'examples/', 'vitest.config.ts'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked, lit['flat/recommended'], elements['flat/recommended']],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // What is left out of an object is named to be left out; what a subclass may need is named to be known.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off', // a test's stand-in answers as the real one does
    },
  },
  {
    // Prettier leaves comments, templates and long texts as they are; a test's title it keeps in one line.
    files: ['**/*.{ts,mjs}'],
    rules: { 'max-len': ['error', { code: 120, ignoreUrls: true, ignorePattern: '^ *(test|describe)\\(' }] },
  },
  {
    files: ['*/source/**/*.ts'],
    ignores: ['**/messages/'],
    rules: { 'max-lines': ['error', 400], 'max-lines-per-function': ['error', 60] },
  },
);
