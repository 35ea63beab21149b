import { readFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { expect, it } from 'vitest';

// The generated types are committed; this fails when openapi.json has moved on without them.
it('schema.d.ts is what npm run generate writes', async () => {
  const made = astToString(await openapiTS(new URL('../../openapi.json', import.meta.url), { defaultNonNullable: false }));
  const kept = readFileSync(new URL('./schema.d.ts', import.meta.url), 'utf8');
  expect(kept.endsWith(made), 'run npm run generate').toBe(true);
});
