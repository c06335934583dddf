import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Where CI wants a machine-readable report beside the one for people. */
const report = process.env.VITEST_REPORT;

/** What one process can show, against the pretend Slack and cloud. */
const inProcess: TestProjectInlineConfiguration['test'] = {
  // The program is loaded once for each worker, which halves the time. So no test may leave anything behind.
  isolate: false,
  pool: 'threads', // which cost a tenth less than processes
  globalSetup: ['test/setup/redis.ts'],
  // For what hangs: every wait of a test is shorter, and says what it waited for.
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

const LONG = 'test/**/*.long.test.ts';

export default defineConfig({
  test: {
    ...(report ? { reporters: ['default', 'json'], outputFile: { json: report } } : {}),
    // Tests wait as well as compute: for leases, expiries, and what is looked at again.
    maxWorkers: 5,
    projects: [
      {
        test: {
          name: 'unit',
          ...inProcess,
          include: ['test/**/*.test.ts'],
          exclude: [LONG, 'test/openstack/**', 'test/alertmanager/**', 'test/browser/**', 'test/processes/**'],
        },
      },
      {
        // What lasts: outages that are waited out, evacuations.
        test: { name: 'long', ...inProcess, include: [LONG] },
      },
      {
        test: {
          // Whole processes, which start, are killed and end: each costs a second of a processor.
          name: 'processes',
          include: ['test/processes/**/*.test.ts'],
          globalSetup: ['test/setup/redis.ts'],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'alertmanager',
          include: ['test/alertmanager/**/*.test.ts'],
          globalSetup: ['test/setup/redis.ts', 'test/setup/real-alertmanager.ts'],
          testTimeout: 90_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Each has a browser, a bot and a Redis of its own.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'openstack',
          include: ['test/openstack/**/*.test.ts'],
          globalSetup: ['test/setup/redis.ts', 'test/setup/real-cloud.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
