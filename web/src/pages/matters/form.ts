/** What was filled in of a kind's fields; an empty one is not sent. */
export function filled(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, v.trim()] as const).filter(([, v]) => v !== ''));
}

/** Where a problem may have been found or handed on from; the post decides when none is chosen. */
export const sources = ['12345', '12369', 'petition', 'media', 'public', 'leader', 'county', 'city', 'province', 'ministry', 'satellite', 'camera'] as const;
