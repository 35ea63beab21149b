import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gather, invalidateFor, touches, type Told } from './live';

describe('what an event changes', () => {
  it.each([
    ['matter.moved', '7', '/matters', true],
    ['matter.moved', '7', '/matters/board', true],
    ['matter.moved', '7', '/matters/calendar', true],
    ['matter.moved', '7', '/matters/7', true],
    ['matter.moved', '7', '/matters/71', false],
    ['matter.clock', '7', '/matters/8', false],
    ['matter.moved', '', '/matters/8', true],
    ['matter.opened', '7', '/today', true],
    ['matter.opened', '7', '/grid/outcome', true],
    ['matter.moved', '7', '/matters/kinds', false],
    ['matter.moved', '7', '/matters/views', false],
    ['grid.changed', 'cell/3', '/grid/coverage', true],
    ['grid.changed', 'cell/3', '/grid/cells/3', true],
    ['grid.visit', 'cell/3', '/grid/cells', true],
    ['grid.changed', 'cell/3', '/grid/effects', false],
    ['grid.visit', 'cell/3', '/matters', false],
    ['reset', '', '/matters/8', true],
    ['air.hour', '', '/matters', false],
    ['air.hour', '', '/air/now', true],
    ['unheard.of', '', '/air/now', false],
  ])('%s %s: %s %s', (event, id, path, want) => expect(touches(event, id, path)).toBe(want));
});

describe('a burst', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });
  it('is told once, and the next one again', () => {
    const calls: Told[][] = [];
    const hear = gather(250, (t) => calls.push(t));
    for (let i = 0; i < 50; i++) hear({ event: 'matter.moved', id: String(i) });
    expect(calls).toHaveLength(0);
    vi.advanceTimersByTime(250);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toHaveLength(50);
    hear({ event: 'matter.moved', id: '1' });
    vi.advanceTimersByTime(250);
    expect(calls).toHaveLength(2);
  });
});

it('the open list and the page of the matter become stale, another matter does not', () => {
  const client = new QueryClient();
  for (const path of ['/matters', '/matters/7', '/matters/8']) client.setQueryData([path, {}], 1);
  invalidateFor(client, [{ event: 'matter.moved', id: '7' }]);
  const stale = (path: string) => client.getQueryState([path, {}])?.isInvalidated;
  expect([stale('/matters'), stale('/matters/7'), stale('/matters/8')]).toEqual([true, true, false]);
});
