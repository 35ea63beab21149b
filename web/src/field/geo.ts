/** Places on the phone: the position, asked for only at the evidence act, and which cell it lies in. */
import type { Cell, Ring, Spot } from './types';

export type NoSpot = 'denied' | 'failed' | 'insecure';

/** One position, now. It is never watched. */
export function locate(timeout = 12_000): Promise<Spot> {
  return new Promise((done, fail) => {
    if (!window.isSecureContext || !('geolocation' in navigator)) {
      fail('insecure' satisfies NoSpot);
      return;
    }
    navigator.geolocation.getCurrentPosition(
      (p) => done({ lng: round(p.coords.longitude), lat: round(p.coords.latitude), accuracy: Math.ceil(p.coords.accuracy) }),
      (e) => fail((e.code === e.PERMISSION_DENIED ? 'denied' : 'failed') satisfies NoSpot),
      { enableHighAccuracy: true, timeout, maximumAge: 10_000 },
    );
  });
}

/** 1e-7 degrees: a centimetre, as the server keeps it. */
const round = (x: number) => Math.round(x * 1e7) / 1e7;

/** Inside by the even-odd rule over all rings, holes included. */
export function inside(rings: Ring[], lng: number, lat: number): boolean {
  let odd = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i]!;
      const [xj, yj] = ring[j]!;
      if (yi > lat !== yj > lat && lng < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) odd = !odd;
    }
  }
  return odd;
}

/** The finest cell that holds the place: the highest tier number. */
export function cellAt(cells: Cell[], spot: Spot | null): Cell | undefined {
  if (!spot) return undefined;
  return cells.filter((c) => inside(c.outline, spot.lng, spot.lat)).sort((a, b) => b.tier - a.tier)[0];
}

/** Metres per degree at a latitude. */
export function scale(lat: number): { x: number; y: number } {
  return { x: 111_320 * Math.cos((lat * Math.PI) / 180), y: 110_574 };
}
