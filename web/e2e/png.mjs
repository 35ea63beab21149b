// Makes a screenshot small: at most 256 colours, one byte a pixel, best deflate. Reads what Chromium
// writes: 8 bits a channel, RGB or RGBA, not interlaced.
import { Buffer } from 'node:buffer';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** @param {Buffer} png */
function decode(png) {
  let at = 8;
  let width = 0;
  let height = 0;
  let channels = 0;
  const body = [];
  while (at < png.length) {
    const size = png.readUInt32BE(at);
    const kind = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + size);
    at += 12 + size;
    if (kind === 'IDAT') body.push(data);
    if (kind !== 'IHDR') continue;
    width = data.readUInt32BE(0);
    height = data.readUInt32BE(4);
    channels = data[9] === 2 ? 3 : data[9] === 6 ? 4 : 0;
    if (data[8] !== 8 || channels === 0 || data[12] !== 0) throw new Error('a PNG of another kind');
  }
  const raw = inflateSync(Buffer.concat(body));
  const line = width * channels;
  const out = Buffer.alloc(line * height);
  for (let y = 0; y < height; y++) unfilter(raw, out, y, line, channels);
  return { width, height, channels, out };
}

/** @param {Buffer} raw @param {Buffer} out @param {number} y @param {number} line @param {number} step */
function unfilter(raw, out, y, line, step) {
  const kind = raw[y * (line + 1)];
  const from = y * (line + 1) + 1;
  const to = y * line;
  for (let i = 0; i < line; i++) {
    const left = i >= step ? (out[to + i - step] ?? 0) : 0;
    const up = y > 0 ? (out[to + i - line] ?? 0) : 0;
    const corner = i >= step && y > 0 ? (out[to + i - line - step] ?? 0) : 0;
    const guess = kind === 1 ? left : kind === 2 ? up : kind === 3 ? (left + up) >> 1 : kind === 4 ? paeth(left, up, corner) : 0;
    out[to + i] = ((raw[from + i] ?? 0) + guess) & 255;
  }
}

/** @param {number} a @param {number} b @param {number} c */
function paeth(a, b, c) {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/**
 * The 256 most frequent colours; every other colour goes to the nearest of them.
 * @param {Map<number, number>} counts
 */
function paletteOf(counts) {
  const all = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  // Exact for the colours of the design; the rest (edges of letters) is thinned to steps of 16 first.
  const kept = all.slice(0, 128);
  const seen = new Set(kept.map((c) => c & 0xf0f0f0));
  for (const c of all.slice(128)) {
    if (kept.length === 256) break;
    if (seen.has(c & 0xf0f0f0)) continue;
    seen.add(c & 0xf0f0f0);
    kept.push(c);
  }
  for (const c of all.slice(128)) if (kept.length < 256 && !kept.includes(c)) kept.push(c);
  const index = new Map(kept.map((c, i) => [c, i]));
  for (const c of all) if (!index.has(c)) index.set(c, nearest(kept, c));
  return { kept, index };
}

/** @param {number[]} kept @param {number} c */
function nearest(kept, c) {
  let best = 0;
  let least = Infinity;
  kept.forEach((k, i) => {
    const d = ((k >> 16) - (c >> 16)) ** 2 + (((k >> 8) & 255) - ((c >> 8) & 255)) ** 2 + ((k & 255) - (c & 255)) ** 2;
    if (d < least) [best, least] = [i, d];
  });
  return best;
}

/** @param {string} kind @param {Buffer} data */
function chunk(kind, data) {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([head, named, sum]);
}

/**
 * @param {Buffer} png
 * @returns {Buffer}
 */
export function shrink(png) {
  const { width, height, channels, out } = decode(png);
  const colours = new Uint32Array(width * height);
  const counts = new Map();
  for (let i = 0; i < colours.length; i++) {
    const at = i * channels;
    const c = ((out[at] ?? 0) << 16) | ((out[at + 1] ?? 0) << 8) | (out[at + 2] ?? 0);
    colours[i] = c;
    counts.set(c, (counts.get(c) ?? 0) + 1);
  }
  const { kept, index } = paletteOf(counts);
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) lines[y * (width + 1) + 1 + x] = index.get(colours[y * width + x] ?? 0) ?? 0;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const palette = Buffer.from(kept.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]));
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('PLTE', palette), chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })), chunk('IEND', Buffer.alloc(0))]);
}
