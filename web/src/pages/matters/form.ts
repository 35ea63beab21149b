/** What was filled in of a kind's fields; an empty one is not sent. */
export function filled(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, v.trim()] as const).filter(([, v]) => v !== ''));
}

/** Where a problem may have been found or handed on from, as far as the post may say so; the post decides when none is chosen. */
export type SourceDef = { id: string; name: string; nameEn: string; side: string; level: string; usual: boolean; kinds: string[] | null };
