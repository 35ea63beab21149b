// Times PostgreSQL and DuckDB on job J1 beside the product's own engine; loading is not counted.
//   node scripts/rivals/run.mjs NATION.i16      (written by checks/nationyear -out)
// DuckDB is fetched from the npm registry into a folder that is removed again.
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '../../web/e2e/postgres.mjs';
import { checkOf, nationYear, rows, schema } from './nationyear.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const duckdb = '@duckdb/node-api@1.5.6-r.1';
const rounds = 3;
const input = process.argv[2];
if (!input) {
  console.error('usage: node scripts/rivals/run.mjs NATION.i16');
  process.exit(2);
}
const work = mkdtempSync(join(tmpdir(), 'rivals'));
try {
  const bytes = readFileSync(input);
  const csv = join(work, 'hours.csv');
  const out = createWriteStream(csv);
  for (const part of rows(new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2))) if (!out.write(part)) await once(out, 'drain');
  out.end();
  await once(out, 'finish');

  const own = JSON.parse(execFileSync(join(root, 'bin/qingshan'), ['bench', 'nation-year', '--input', input, '--cores', '1'], { encoding: 'utf8' }));
  const { sum_ytd_index, sum_ytd_rank_city, ...want } = own.check;
  report('qingshan, 1 core', own.median_ms, own.median_ms, want, want);
  const pg = postgres(csv);
  report('PostgreSQL', pg.ms, own.median_ms, pg.check, want);
  const duck = await inDuckDB(csv);
  report('DuckDB, all cores', duck.ms, own.median_ms, duck.check, want);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** @param {string} name @param {number} ms @param {number} base @param {object} check @param {object} want */
function report(name, ms, base, check, want) {
  const same = JSON.stringify(check) === JSON.stringify(want);
  console.log(JSON.stringify({ engine: name, median_ms: Math.round(ms * 10) / 10, ratio: Math.round((ms / base) * 10) / 10, check: same ? 'equal' : check }));
  if (!same) process.exitCode = 1;
}

/** @param {number[]} took */
function median(took) {
  return /** @type {number} */ (took.sort((a, b) => a - b)[took.length >> 1]);
}

/** @param {string} csv */
function postgres(csv) {
  const db = startPostgres();
  try {
    const psql = (/** @type {string[]} */ ...args) => execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', db.url, ...args.flatMap((a) => ['-c', a])], { encoding: 'utf8', maxBuffer: 1 << 26 });
    psql(schema, `\\copy hour from '${csv}' csv`, 'analyze hour', "alter database qingshan set work_mem = '512MB'", 'alter database qingshan set jit = off');
    const took = [];
    let row = {};
    for (let i = 0; i < rounds; i++) {
      const said = psql('\\timing on', `select row_to_json(x) from (${nationYear('/')}) x`);
      took.push(Number(/Time: ([0-9.]+) ms/.exec(said)?.[1]));
      row = JSON.parse(/^\{.*\}$/m.exec(said)?.[0] ?? '{}');
    }
    return { ms: median(took), check: checkOf(row) };
  } finally {
    db.stop();
  }
}

/** @param {string} csv */
async function inDuckDB(csv) {
  execFileSync('npm', ['install', '--silent', '--no-save', '--prefix', work, duckdb], { stdio: ['ignore', 'ignore', 'inherit'] });
  const { DuckDBInstance } = createRequire(join(work, 'x.js'))('@duckdb/node-api');
  const c = await (await DuckDBInstance.create(':memory:')).connect();
  await c.run(schema);
  await c.run(`copy hour from '${csv}' (header false)`);
  const took = [];
  let row = {};
  for (let i = 0; i < rounds; i++) {
    const from = process.hrtime.bigint();
    const r = await c.runAndReadAll(nationYear('//'));
    took.push(Number(process.hrtime.bigint() - from) / 1e6);
    row = r.getRowObjects()[0];
  }
  return { ms: median(took), check: checkOf(row) };
}
