import { describe, expect, it } from 'vitest';
import { areaOf, boxOf, frameOf, inside, metres, placeIn, polygon, readSpots, selfCrossing, sideFor, touching, withOuter, type Spot } from './geometry';

const square: Spot[] = [[114, 35], [114.1, 35], [114.1, 35.1], [114, 35.1]];

describe('spots and outlines', () => {
  it('measures metres and square metres', () => {
    expect(metres([114, 35], [114, 36])).toBeCloseTo(111_195, 0);
    expect(areaOf(square) / 1e6).toBeCloseTo(101.3, 0);
    expect(areaOf(square.slice(0, 2))).toBe(0);
  });
  it('finds where an outline crosses itself', () => {
    expect(selfCrossing(square, true)).toBeUndefined();
    const at = selfCrossing([square[0]!, square[2]!, square[1]!, square[3]!], true)!;
    expect(at[0]).toBeCloseTo(114.05, 6);
    expect(at[1]).toBeCloseTo(35.05, 6);
    expect(selfCrossing(square, false)).toBeUndefined();
  });
  it('knows inside from outside, and a hole', () => {
    const hole: Spot[] = [[114.04, 35.04], [114.06, 35.04], [114.06, 35.06], [114.04, 35.06]];
    const area: GeoJSON.Polygon = { type: 'Polygon', coordinates: [...polygon(square).coordinates, ...polygon(hole).coordinates] };
    expect(inside([114.02, 35.02], area)).toBe(true);
    expect(inside([114.05, 35.05], area)).toBe(false);
    expect(inside([114.2, 35.05], area)).toBe(false);
    expect(withOuter(area, square.map(([x, y]) => [x + 1, y])).coordinates).toHaveLength(2);
  });
  it('puts a new vertex on the side it lies on', () => {
    expect(sideFor([114.05, 35.001], square)).toBe(0);
    expect(sideFor([113.999, 35.05], square)).toBe(3);
  });
});

describe('words and neighbours', () => {
  it('reads spots and names the bad line', () => {
    expect(readSpots('114.1,35.2\n\n114.2，35.3')).toEqual({ spots: [[114.1, 35.2], [114.2, 35.3]], bad: 0 });
    expect(readSpots('114.1,35.2\n北角').bad).toBe(2);
  });
  it('finds the place of a refusal', () => {
    expect(placeIn('边界有误：边界自相交（114.123456,35.654321）')).toEqual([114.123456, 35.654321]);
    expect(placeIn('面积 0.9,1.2 太小')).toBeUndefined();
  });
  it('finds neighbours, also where one border has more vertices', () => {
    const next: Spot[] = [[114.1, 35.02], [114.2, 35.02], [114.2, 35.05], [114.1, 35.05]];
    const far: Spot[] = next.map(([x, y]) => [x + 0.2, y]);
    expect(touching(polygon(square), [{ id: 'n', geometry: polygon(next) }, { id: 'f', geometry: polygon(far) }])).toEqual(['n']);
    expect(boxOf([polygon(square), polygon(far)])?.map((x) => Number(x.toFixed(6)))).toEqual([114, 35, 114.4, 35.1]);
  });
  it('frames points and areas', () => {
    expect(frameOf([])).toBeUndefined();
    expect(boxOf([frameOf([{ type: 'Point', coordinates: [113, 34] }, polygon(square)])!])).toEqual([113, 34, 114.1, 35.1]);
  });
});
