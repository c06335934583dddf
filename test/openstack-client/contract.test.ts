import { expect, it } from 'vitest';
import { exportsWithoutCase } from '../contract/exports.ts';

it('holds every function of src/openstack to the real cloud', async () => {
  expect(await exportsWithoutCase()).toEqual([]);
});
