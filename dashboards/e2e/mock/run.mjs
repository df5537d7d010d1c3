import { runnerImport } from 'vite';

const { module } = await runnerImport('./e2e/mock/main.ts');
await module.run();
