import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DEMO_PROJECT } from '../../demo/cloud/seed.ts';
import { updateVolumeQuota } from '../../src/openstack/volume.ts';
import { onStage } from './stage.ts';

describe('faults of each service', () => {
  it.each([
    [
      'compute',
      403,
      { forbidden: { code: 403, message: 'Quota exceeded for cores: Requested 2, but already used 19 of 20 cores' } },
      'over_quota',
    ],
    [
      'compute',
      403,
      { forbidden: { code: 403, message: "Policy doesn't allow os_compute_api:x to be performed." } },
      'forbidden',
    ],
    [
      'volume',
      413,
      { overLimit: { code: 413, message: 'VolumeLimitExceeded: Maximum number of volumes allowed (1)', retryAfter: '0' } },
      'over_quota',
    ],
    ['volume', 413, { overLimit: { code: 413, message: 'This request was rate-limited.', retryAfter: '9' } }, 'rate_limited'],
    [
      'network',
      409,
      { NeutronError: { type: 'OverQuota', message: "Quota exceeded for resources: ['port'].", detail: '' } },
      'over_quota',
    ],
    ['network', 409, { NeutronError: { type: 'SubnetInUse', message: 'in use', detail: '' } }, 'conflict'],
    ['network', 404, { NeutronError: 'gone' }, 'not_found'],
    ['placement', 404, { errors: [{ status: 404, title: 'Not Found', detail: 'No such thing' }] }, 'not_found'],
    [
      'image',
      404,
      '<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1>No image</body></html>',
      'not_found',
    ],
    ['compute', 429, { overLimit: { message: 'slow down' } }, 'rate_limited'],
    ['volume', 409, undefined, 'conflict'],
  ] as const)('%s %i %o is %4$s', async (service, status, body, code) => {
    const { cloud, open } = await onStage();
    cloud.answer(service, 'POST', '/thing', { status, body });

    const refused = open().request({ service, method: 'POST', path: '/thing', body: {}, response: z.unknown() });

    await expect(refused).rejects.toMatchObject({ code, status });
  });

  it.each([
    ['JSON of WebOb', { message: "No image 'a' here.<br /><br />\n\n\n", code: '404 Not Found', title: 'Not Found' }],
    ['a web page', '<html><head><title>404</title></head><body>No image &#x27;a&#39; here.<br /><br /></body></html>'],
  ])('reads as people would where it comes as %s', async (_, body) => {
    const { cloud, open } = await onStage();
    cloud.answer('image', 'GET', '/thing', { status: 404, body });

    const refused = open().request({ service: 'image', method: 'GET', path: '/thing', response: z.unknown() });

    await expect(refused).rejects.toMatchObject({ fault: "No image 'a' here." });
  });

  it('says the words of the service and its request ID', async () => {
    const { open } = await onStage();

    await expect(updateVolumeQuota(open(), DEMO_PROJECT, { wrong: 1 })).rejects.toThrow(
      new RegExp(
        `^PUT volume /os-quota-sets/${DEMO_PROJECT} answered 400: Invalid input received: Bad key\\(s\\) in quota set: wrong \\(req-[0-9a-f-]{36}\\)$`,
      ),
    );
  });
});
