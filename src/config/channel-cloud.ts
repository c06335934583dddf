/**
 * What stackhand.yaml has at channels.clouds, `production` or `production/RegionOne`. Undefined where the cloud is none of `names`.
 */
export function cloudOfChannel(configured: string, names: readonly string[]): { cloud: string; region?: string } | undefined {
  if (names.includes(configured)) return { cloud: configured };
  const slash = configured.lastIndexOf('/');
  const cloud = configured.slice(0, Math.max(0, slash));
  return names.includes(cloud) ? { cloud, region: configured.slice(slash + 1) } : undefined;
}
