import { expect, it } from 'vitest';
import { isOurs } from '../../src/slack/links.ts';

const WORKSPACE = 'https://home.slack.example/';

it('an address is ours where it leads to a message of the workspace', () => {
  expect(isOurs('https://home.slack.example/archives/C1/p1', WORKSPACE)).toBe(true);
  expect(isOurs('https://home.slack.example/archives/C1/p1', undefined)).toBe(false);
  for (const url of [
    'https://evil.example/archives/C1/p1',
    'http://home.slack.example/archives/C1/p1',
    'https://home.slack.example@evil.example/archives/C1/p1',
    'https://home.slack.example/oauth/authorize',
    `https://home.slack.example/archives/C1/${'p'.repeat(600)}`,
    'javascript:alert(1)',
    'no address',
  ]) {
    expect(isOurs(url, WORKSPACE), url).toBe(false);
  }
});
