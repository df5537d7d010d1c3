import react from '@vitejs/plugin-react';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { shell } from './shared/worker/plugin.ts';

const page = (name: string) => resolve(import.meta.dirname, name, 'index.html');

// Each page is an entry of its own and loads only what it shows. Nothing is
// inlined, because the content security policy of the gateway forbids it.
export default defineConfig({
  plugins: [
    react(),
    shell({ signin: '/', ward: '/ward/', community: '/community/', family: '/family/' }, [
      '/favicon.svg',
      '/app.webmanifest',
    ]),
  ],
  build: {
    target: ['chrome107', 'safari16', 'firefox104'],
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        signin: page('.'),
        ward: page('ward'),
        community: page('community'),
        inspect: page('inspect'),
        family: page('family'),
        enter: page('family/enter'),
        admin: page('admin'),
        health: page('health'),
        plans: page('plans'),
        account: page('account'),
        sw: resolve(import.meta.dirname, 'shared/worker/sw.ts'),
        push: resolve(import.meta.dirname, 'family/worker/push.ts'),
      },
      output: {
        // The addresses of service workers are for good: browsers ask there for the next one.
        entryFileNames: ({ name }) =>
          name === 'sw' || name === 'push' ? '[name].js' : 'assets/[name]-[hash].js',
      },
    },
  },
  server: {
    // `npm run dev` shows the pages of a gateway (or the mock) on port 8080.
    proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true } },
  },
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{shared,ward,community,inspect,family,admin,health,plans,account,signin}/**/*.test.ts'],
          exclude: ['shared/texts/**'],
        },
      },
      { test: { name: 'i18n', include: ['shared/texts/*.test.ts'] } },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Much of a story is waiting. Figures are taken alone.
          fileParallelism: process.env.BENCH !== '1',
          maxWorkers: process.env.BENCH === '1' ? 1 : 2,
        },
      },
    ],
  },
});
