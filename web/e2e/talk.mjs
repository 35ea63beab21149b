// An account without a browser: what scripts and forged requests may ask of the API.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { expect } from './harness.mjs';

/** @typedef {{ status: number, body: any }} Answer */

/**
 * Signs in an account for the API alone.
 * @param {string} base @param {string} name @param {string} password
 */
export async function talk(base, name, password) {
  const res = await fetch(`${base}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name, password }) });
  const cookie = res.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ');
  expect(res.ok && cookie, `${name} signs in: ${res.status}`);
  /**
   * A request whose refusal is an answer too.
   * @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, string>} [headers]
   * @returns {Promise<Answer>}
   */
  const ask = async (method, path, body, headers = {}) => {
    const r = await fetch(`${base}${path.startsWith('/api/') || path.startsWith('/open311') ? '' : '/api/v1'}${path}`, {
      method,
      headers: { Cookie: cookie, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await r.text();
    /** @type {unknown} */
    let out = text;
    try {
      out = JSON.parse(text);
    } catch {
      // a page or nothing
    }
    return { status: r.status, body: out };
  };
  /** @param {string} path */
  const get = async (path) => {
    const a = await ask('GET', path);
    expect(a.status === 200, `GET ${path} by ${name}: ${a.status} ${JSON.stringify(a.body)}`);
    return a.body;
  };
  /** @param {string} path @param {unknown} body @param {number} [version] */
  const post = async (path, body, version) => {
    const a = await ask('POST', path, body, version === undefined ? {} : { 'If-Match': `"v${version}"` });
    expect(a.status < 300, `POST ${path} by ${name}: ${a.status} ${JSON.stringify(a.body)}`);
    return a.body;
  };
  /** Makes a step at the present version. @param {string} id @param {string} transition @param {Record<string, unknown>} [more] */
  const move = async (id, transition, more = {}) => post(`/matters/${id}/moves`, { transition, fields: {}, evidence: [], opinion: '', ...more }, (await get(`/matters/${id}`)).version);
  /** Brings a picture in. @param {number} seed @returns {Promise<string>} its id */
  const photo = async (seed) => {
    const file = picture(seed);
    const begun = await post('/evidence/uploads', { sha256: createHash('sha256').update(file).digest('hex'), size: file.length, media: 'image/png', name: `photo-${seed}.png`, kind: 'photo' });
    const r = await fetch(`${base}/api/v1/evidence/uploads/${begun.id}`, { method: 'PATCH', headers: { Cookie: cookie, 'Upload-Offset': '0', 'Content-Type': 'application/octet-stream' }, body: new Uint8Array(file) });
    const done = await r.json();
    expect(r.ok && done.evidence, `the photo arrives: ${r.status} ${JSON.stringify(done)}`);
    return done.evidence.id;
  };
  return { name, ask, get, post, move, photo };
}

/** A small PNG of coloured blocks, another one for each seed. @param {number} seed */
export function picture(seed) {
  const edge = 96;
  let x = seed * 7919 + 17;
  const random = () => (x = (x * 48271) % 2147483647) % 256;
  const blocks = Array.from({ length: 64 }, () => [random(), random(), random()]);
  const raw = Buffer.alloc((edge * 3 + 1) * edge);
  for (let y = 0; y < edge; y++) for (let at = 0; at < edge; at++) raw.set(blocks[Math.floor(y / 12) * 8 + Math.floor(at / 12)] ?? [], y * (edge * 3 + 1) + 1 + at * 3);
  /** @param {string} kind @param {Buffer} data */
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([size, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(edge, 0);
  head.writeUInt32BE(edge, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', head), chunk('IDAT', deflateSync(raw)), chunk('IEND', Buffer.alloc(0))]);
}
