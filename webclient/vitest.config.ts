import { defineConfig } from 'vitest/config';
import { defaultClientConditions, defaultServerConditions } from 'vite';

// The packages are taken from their sources (config/packages.mjs).
export default defineConfig({
  resolve: { conditions: ['deskline-source', ...defaultClientConditions] },
  ssr: { resolve: { conditions: ['deskline-source', ...defaultServerConditions] } },
  test: { include: ['*/tests/**/*.test.ts'], reporters: ['default'] },
});
