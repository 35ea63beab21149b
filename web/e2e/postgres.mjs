// A throw-away PostgreSQL cluster on a Unix socket in a short temporary folder.
import { execFileSync } from 'node:child_process';
import { chownSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The newest installed server, or the one QINGSHAN_PG_BIN names. */
function programs() {
  if (process.env.QINGSHAN_PG_BIN) return process.env.QINGSHAN_PG_BIN;
  const root = '/usr/lib/postgresql';
  const found = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)).map((v) => join(root, v, 'bin')).find((d) => existsSync(join(d, 'initdb'))) : undefined;
  if (!found) throw new Error('PostgreSQL is needed (Debian package postgresql, or QINGSHAN_PG_BIN)');
  return found;
}

/** PostgreSQL refuses root: root starts it as nobody. */
function owner() {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((l) => l.startsWith('nobody:'));
  if (!line) throw new Error('no account "nobody" to run PostgreSQL as');
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/**
 * Makes and starts the cluster with one empty database.
 * @returns {{ url: string, stop: () => void }}
 */
export function startPostgres() {
  const bin = programs();
  const as = owner();
  const dir = mkdtempSync('/tmp/qs'); // a socket's path may have at most 107 bytes
  if (as.uid !== undefined && as.gid !== undefined) chownSync(dir, as.uid, as.gid);
  const data = join(dir, 'data');
  const log = join(dir, 'log');
  /** @param {string} name @param {string[]} args */
  const run = (name, args) => {
    // A file, not a pipe: the server inherits it and would keep a pipe open.
    const out = openSync(join(dir, `${name}.out`), 'a');
    try {
      execFileSync(join(bin, name), args, { ...as, cwd: dir, env: { ...process.env, HOME: dir, LC_ALL: 'C.UTF-8' }, stdio: ['ignore', out, out] });
    } catch (e) {
      const said = [join(dir, `${name}.out`), log].filter((f) => existsSync(f)).map((f) => readFileSync(f, 'utf8').slice(-2000));
      throw new Error(`${name}: ${e instanceof Error ? e.message : e}\n${said.join('\n')}`, { cause: e });
    } finally {
      closeSync(out);
    }
  };
  const stop = () => {
    try {
      if (existsSync(join(data, 'postmaster.pid'))) run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  };
  try {
    run('initdb', ['-D', data, '-U', 'qs', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']);
    run('pg_ctl', ['-D', data, '-w', '-l', log, '-o', `-c listen_addresses='' -c unix_socket_directories=${dir} -c fsync=off -c synchronous_commit=off -c full_page_writes=off`, 'start']);
    run('createdb', ['-h', dir, '-U', 'qs', 'qingshan']);
  } catch (e) {
    stop();
    throw e;
  }
  return { url: `host=${dir} user=qs dbname=qingshan`, stop };
}
