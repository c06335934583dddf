/** A service's time in milliseconds since 1970: UTC, which nova, cinder and neutron leave out in places (`2026-11-23T06:45:45.000000`). */
export function timeOf(text: string): number {
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
}
