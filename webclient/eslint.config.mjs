// ESLint's rules for mistakes that the compiler does not see (a promise that nobody awaits), and for templates.
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
      // Unused names are allowed where they leave a member out of an object, or begin with _ for a subclass's
      // parameter.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off', // a stand-in in a test is async because the real function is
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
