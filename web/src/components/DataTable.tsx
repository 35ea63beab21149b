import { Button, Checkbox, Popover } from 'antd';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { url, type Query } from '../api/client';
import { useT } from '../i18n';
import { count } from '../lib/format';
import { setParams, useParam } from '../lib/router';
import { nextSort, readFilters, readSort, sortRows, scrollFor, toggleFilter, windowOf, writeFilters, writeSort, type Cell } from '../lib/table';
import { ListView } from './ListView';
import { Empty } from './States';
import { useNarrow } from './useNarrow';

export type Column<T> = {
  key: string;
  head: ReactNode;
  /** Plain words of the head, where a node does not fit (lists, column choice, screen readers). */
  label: string;
  cell: (row: T) => ReactNode;
  sort?: (row: T) => Cell;
  num?: boolean;
  width?: number;
  /** Hidden until chosen. */
  spare?: boolean;
  total?: ReactNode;
  /** When true for a row, this cell takes the rest of the line: a row without values says so in one place. */
  fill?: (row: T) => boolean;
};

export type Filter<T> = { key: string; label: string; get: (row: T) => string; options: { value: string; label: string }[] };

type Props<T> = {
  id: string;
  label: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string;
  own?: (row: T) => boolean;
  group?: (row: T) => { key: string; label: ReactNode };
  onOpen?: (row: T) => void;
  filters?: Filter<T>[];
  exportPath?: string;
  exportQuery?: Query;
  empty: { title: string; help?: string };
  bar?: ReactNode;
  more?: { total: number; load: () => void; busy: boolean };
  height?: string;
  pickable?: boolean;
  /** The rows that are chosen, when the page itself acts on them: each row has a box, x chooses with the keys. */
  chosen?: ReadonlySet<string>;
  onChoose?: (keys: ReadonlySet<string>) => void;
  /** A row to bring into view when the table appears or the key changes. */
  focusKey?: string;
  /** Counts up to bring the row into view once more. */
  focusTick?: number;
};

const ROW = 36;
const HEAD = 31;

/** Every list of the office: sticky head, columns, sort and filters in the address, j k Enter x, totals, export. */
export function DataTable<T>(p: Props<T>) {
  const { t } = useT();
  const narrow = useNarrow();
  const [sortText, setSort] = useParam(`${p.id}.sort`);
  const [filterText] = useParam(`${p.id}.f`);
  const [colText] = useParam(`${p.id}.cols`);
  const [at, setAt] = useState(-1);
  const [own, setOwn] = useState<ReadonlySet<string>>(new Set());
  const picked = p.chosen ?? own;
  const setPicked = p.onChoose ?? setOwn;
  const [scroll, setScroll] = useState({ top: 0, height: 600 });
  const box = useRef<HTMLDivElement>(null);

  const sort = readSort(sortText);
  const filters = useMemo(() => readFilters(filterText), [filterText]);
  const shownKeys = colText ? colText.split(',') : p.columns.filter((c) => !c.spare).map((c) => c.key);
  const columns = p.columns.filter((c) => shownKeys.includes(c.key));

  const rows = useMemo(() => {
    const kept = p.rows.filter((row) =>
      (p.filters ?? []).every((f) => {
        const want = filters[f.key];
        return !want || want.includes(f.get(row));
      }),
    );
    const by = sort && p.columns.find((c) => c.key === sort.key)?.sort;
    return by ? sortRows(kept, by, sort.down) : kept;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- sort is made from sortText
  }, [p.rows, p.filters, p.columns, filters, sortText]);

  const focusAt = p.focusKey ? rows.findIndex((r) => p.rowKey(r) === p.focusKey) : -1;
  useEffect(() => {
    const el = box.current;
    if (!el || focusAt < 0) return;
    el.scrollTop = scrollFor(focusAt, ROW, el.clientHeight - HEAD);
  }, [focusAt, p.focusTick]);

  const pick = (key: string) => {
    const next = new Set(picked);
    if (!next.delete(key)) next.add(key);
    setPicked(next);
  };

  const onKey = (e: KeyboardEvent<HTMLDivElement>) => {
    if (e.ctrlKey || e.metaKey || e.altKey || (e.target as HTMLElement).closest('input,select,textarea,[role=dialog]')) return;
    const fromButton = (e.target as HTMLElement).closest('button,a') !== null;
    const go = (n: number) => {
      e.preventDefault();
      const next = Math.min(rows.length - 1, Math.max(0, n));
      setAt(next);
      reveal(box.current, next, rows.length > 200);
    };
    if (e.key === 'j' || (e.key === 'ArrowDown' && !fromButton)) go(at + 1);
    else if (e.key === 'k' || (e.key === 'ArrowUp' && !fromButton)) go(at - 1);
    else if (e.key === 'Enter' && !fromButton && rows[at] && p.onOpen) p.onOpen(rows[at]);
    else if (e.key === 'x' && rows[at] && (p.pickable || p.onChoose)) pick(p.rowKey(rows[at]));
  };

  const bar = (
    <Bar
      {...p}
      filtersNow={filters}
      filterText={filterText}
      shownKeys={shownKeys}
      count={rows.length}
      picked={picked.size}
      narrow={narrow}
    />
  );
  const empty =
    rows.length > 0 ? null : p.rows.length > 0 ? (
      <Empty title={t('empty.filtered')}>
        <button type="button" className="linkish" onClick={() => setParams({ [`${p.id}.f`]: null })}>{t('do.clear')}</button>
      </Empty>
    ) : (
      <Empty title={p.empty.title}>{p.empty.help}</Empty>
    );

  if (narrow) {
    return (
      <>
        {bar}
        {empty ?? <ListView columns={columns} rows={rows} rowKey={p.rowKey} own={p.own} onOpen={p.onOpen} />}
        {p.more && p.more.total > p.rows.length && <More {...p.more} shown={p.rows.length} />}
      </>
    );
  }

  if (p.rows.length === 0) return <>{p.bar && bar}{empty}</>;
  const long = rows.length > 200;
  const w = long ? windowOf(rows.length, ROW, scroll.top, scroll.height) : { from: 0, to: rows.length, before: 0, after: 0 };
  const boxes = p.onChoose ? 1 : 0;
  const all = rows.length > 0 && rows.every((r) => picked.has(p.rowKey(r)));
  const pickAll = () => setPicked(new Set(all ? [] : rows.map(p.rowKey)));
  const totals = columns.some((c) => c.total !== undefined) && rows.length > 0;
  return (
    <>
      {bar}
      <div
        ref={box}
        className="tablebox"
        style={{ maxHeight: p.height ?? (long ? '70vh' : undefined) }}
        tabIndex={0}
        role="region"
        aria-label={t('table.label', { keys: `${p.label}，${t('table.keys')}` })}
        onKeyDown={onKey}
        onScroll={long ? (e) => setScroll({ top: e.currentTarget.scrollTop, height: e.currentTarget.clientHeight }) : undefined}
      >
        <table className="dt" aria-rowcount={rows.length}>
          <caption className="sr-only">{p.label}</caption>
          <thead>
            <tr>
              {boxes > 0 && <th scope="col" className="boxcol no-print"><input type="checkbox" aria-label={t('table.chooseAll')} checked={all} onChange={pickAll} /></th>}
              {columns.map((c) => (
                <th key={c.key} scope="col" className={c.num ? 'r' : undefined} style={c.width ? { width: c.width } : undefined} aria-sort={sort?.key === c.key ? (sort.down ? 'descending' : 'ascending') : undefined}>
                  {c.sort ? (
                    <button type="button" className="sorter" onClick={() => setSort(writeSort(nextSort(sort, c.key, c.num ?? false)), true)}>
                      {c.head}
                      <span className="arrow" aria-hidden="true">{sort?.key === c.key ? (sort.down ? '▼' : '▲') : ''}</span>
                    </button>
                  ) : (
                    c.head
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {w.before > 0 && <tr aria-hidden="true"><td colSpan={columns.length + boxes} style={{ height: w.before, padding: 0, border: 0 }} /></tr>}
            <Rows {...p} columns={columns} rows={rows} from={w.from} to={w.to} at={at} picked={picked} onAt={setAt} onPick={pick} grouped={!sort} />
            {w.after > 0 && <tr aria-hidden="true"><td colSpan={columns.length + boxes} style={{ height: w.after, padding: 0, border: 0 }} /></tr>}
          </tbody>
          {totals && (
            <tfoot>
              <tr>{boxes > 0 && <td className="boxcol no-print" />}{columns.map((c) => <td key={c.key} className={c.num ? 'r' : undefined}>{c.total}</td>)}</tr>
            </tfoot>
          )}
        </table>
        {empty}
      </div>
      {p.more && p.more.total > p.rows.length && <More {...p.more} shown={p.rows.length} />}
    </>
  );
}

function reveal(box: HTMLDivElement | null, index: number, long: boolean) {
  if (!box) return;
  if (long) {
    const top = index * ROW;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + ROW * 3 > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW * 3 - box.clientHeight;
    return;
  }
  requestAnimationFrame(() => box.querySelector('tr.on')?.scrollIntoView({ block: 'nearest' }));
}

function Rows<T>({ columns, rows, from, to, at, picked, onAt, onPick, grouped, rowKey, own, group, onOpen, onChoose }: Props<T> & { from: number; to: number; at: number; picked: ReadonlySet<string>; onAt: (n: number) => void; onPick: (key: string) => void; grouped: boolean }) {
  const { t } = useT();
  const out: ReactNode[] = [];
  let last = '';
  for (let i = from; i < to; i++) {
    const row = rows[i]!;
    const key = rowKey(row);
    const g = grouped ? group?.(row) : undefined;
    if (g && g.key !== last) {
      last = g.key;
      out.push(<tr key={`g-${g.key}`} className="group"><td colSpan={columns.length + (onChoose ? 1 : 0)}>{g.label}</td></tr>);
    }
    const names = [own?.(row) ? 'own' : '', i === at ? 'on' : '', picked.has(key) ? 'picked' : '', onOpen ? 'opens' : ''].filter(Boolean).join(' ');
    out.push(
      <tr key={key} className={names || undefined} aria-selected={picked.has(key) || undefined} data-key={key} onClick={onOpen ? () => { onAt(i); onOpen(row); } : undefined}>
        {onChoose && <td className="boxcol no-print" onClick={(e) => e.stopPropagation()}><input type="checkbox" aria-label={t('table.choose', { name: key })} checked={picked.has(key)} onChange={() => onPick(key)} /></td>}
        {cellsOf(columns, row)}
      </tr>,
    );
  }
  return <>{out}</>;
}

function cellsOf<T>(columns: Column<T>[], row: T): ReactNode[] {
  const fill = columns.findIndex((c) => c.fill?.(row));
  const shown = fill < 0 ? columns : columns.slice(0, fill + 1);
  return shown.map((c, i) => (
    <td key={c.key} className={c.num ? 'r num' : undefined} colSpan={i === fill ? columns.length - fill : undefined}>
      {c.cell(row)}
    </td>
  ));
}

function Bar<T>(p: Props<T> & { filtersNow: Record<string, string[]>; filterText: string; shownKeys: string[]; count: number; picked: number; narrow: boolean }) {
  const { t } = useT();
  const choosable = p.columns.some((c) => c.spare) || p.columns.length > 6;
  if (!p.filters?.length && !p.exportPath && !choosable && !p.bar) return null;
  const setCols = (key: string, on: boolean) => {
    const next = p.columns.filter((c) => (c.key === key ? on : p.shownKeys.includes(c.key))).map((c) => c.key);
    const usual = p.columns.filter((c) => !c.spare).map((c) => c.key);
    setParams({ [`${p.id}.cols`]: next.join() === usual.join() ? null : next.join(',') }, true);
  };
  return (
    <div className="dt-bar no-print">
      {p.bar}
      {(p.filters ?? []).map((f) =>
        f.options.map((o) => (
          <button key={f.key + o.value} type="button" className="fchip" aria-pressed={p.filtersNow[f.key]?.includes(o.value) ?? false} onClick={() => setParams({ [`${p.id}.f`]: writeFilters(toggleFilter(p.filtersNow, f.key, o.value)) }, true)}>
            {o.label}
          </button>
        )),
      )}
      {p.filterText && (
        <button type="button" className="linkish" onClick={() => setParams({ [`${p.id}.f`]: null }, true)}>{t('do.clear')}</button>
      )}
      <div className="right">
        <span className="note">
          {p.picked > 0 ? t('word.selected', { n: p.picked }) : p.more ? t('word.of', { n: count(p.count), total: count(p.more.total) }) : t('word.rows', { n: count(p.count) })}
        </span>
        {choosable && !p.narrow && (
          <Popover
            trigger="click"
            placement="bottomRight"
            content={
              <div style={{ display: 'flex', flexDirection: 'column', gap: 4, maxHeight: 360, overflow: 'auto' }}>
                {p.columns.map((c, i) => (
                  <Checkbox key={c.key} checked={p.shownKeys.includes(c.key)} disabled={i === 0} onChange={(e) => setCols(c.key, e.target.checked)}>{c.label}</Checkbox>
                ))}
              </div>
            }
          >
            <button type="button" className="linkish">{t('do.columns')}</button>
          </Popover>
        )}
        {p.exportPath && (
          <>
            <a href={url(`${p.exportPath}.csv`, p.exportQuery)} download>CSV</a>
            <a href={url(`${p.exportPath}.xlsx`, p.exportQuery)} download>XLSX</a>
          </>
        )}
      </div>
    </div>
  );
}

function More({ load, busy, shown, total }: { load: () => void; busy: boolean; shown: number; total: number }) {
  const { t } = useT();
  return (
    <div className="dt-more no-print">
      <span className="note">{t('word.of', { n: count(shown), total: count(total) })} </span>
      <Button size="small" loading={busy} onClick={load}>{t('do.more')}</Button>
    </div>
  );
}
