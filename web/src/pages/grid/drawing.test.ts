import { describe, expect, it } from 'vitest';
import { borders, follow, pull } from './borders';
import { draw, start, type Drawing, type Stroke } from './drawing';
import { metres, polygon, type Spot } from './geometry';

const play = (d: Drawing, ...strokes: Stroke[]) => strokes.reduce(draw, d);
const [a, b, c, e]: Spot[] = [[114, 35], [114.01, 35], [114.01, 35.01], [114, 35.01]];
const add = (...spots: (Spot | undefined)[]): Stroke => ({ do: 'add', spots: spots as Spot[] });

describe('drawing', () => {
  it('adds at the end, closes, then puts corners into the nearest side', () => {
    const open = play(start(), add(a), add(b), add(c), add(e));
    expect(open.path).toEqual([a, b, c, e]);
    const shut = play(open, { do: 'close' }, add([114.005, 34.999]));
    expect(shut.closed).toBe(true);
    expect(shut.path[1]).toEqual([114.005, 34.999]);
    expect(shut.held).toBe(1);
  });
  it('takes a double click for one corner and does not close a line', () => {
    expect(play(start(), add(a), add(a)).path).toHaveLength(1);
    expect(play(start(), add(a), add(b), { do: 'close' }).closed).toBe(false);
  });
  it('goes back over a drag in one step, and forth again', () => {
    const d = play(start([a!, b!, c!], true), { do: 'grab', at: 1 }, { do: 'move', to: [114.02, 35] }, { do: 'move', to: [114.03, 35] });
    expect(d.path[1]).toEqual([114.03, 35]);
    const back = draw(d, { do: 'undo' });
    expect(back.path[1]).toEqual(b);
    expect(draw(back, { do: 'redo' }).path[1]).toEqual([114.03, 35]);
    expect(draw(back, { do: 'undo' })).toBe(back);
  });
  it('removes the held corner, else the last; two corners are open again', () => {
    expect(play(start([a!, b!, c!], true), { do: 'hold', at: 0 }, { do: 'remove' })).toMatchObject({ path: [b, c], closed: false });
    expect(play(start([a!, b!]), { do: 'remove' }).path).toEqual([a]);
  });
});

describe('borders of neighbours', () => {
  const list = borders([polygon([a!, b!, [114.011, 35.005], c!, e!])]);
  it('draws onto a corner first, then onto a side, and leaves alone what is far', () => {
    expect(pull([114.0001, 35.0001], list, 30)).toEqual(a);
    const side = pull([114.005, 35.0001], list, 30)!;
    expect(side[0]).toBeCloseTo(114.005, 9);
    expect(side[1]).toBeCloseTo(35, 9);
    expect(pull([114.005, 35.005], list, 30)).toBeUndefined();
  });
  it('goes along a border the shorter way, over its corners', () => {
    expect(follow([114.007, 35], [114.007, 35.01], list)).toEqual([b, [114.011, 35.005], c]);
    expect(follow(a!, c!, list)).toHaveLength(1);
    expect(follow([114.002, 35], [114.004, 35], list)).toEqual([]);
    expect(follow([114.005, 35.005], c!, list)).toEqual([]);
  });
  it('takes no detour that nobody means', () => {
    const narrow = borders([polygon([[114, 35], [114.05, 35], [114.05, 35.05], [114.0002, 35.05], [114.0002, 35.0002], [114, 35.0002]])]);
    const [p, q]: [Spot, Spot] = [[114, 35.0001], [114.0002, 35.02]];
    expect(metres(p, q)).toBeGreaterThan(2000);
    expect(follow(p, q, narrow).length).toBeLessThan(4);
  });
});
