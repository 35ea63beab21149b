import { isoDay } from '../lib/format';
import { newReport } from './Report';
import { owed, waiting } from './machine';
import { Icon, itemIcon, ItemNote, Line, Section, tileIcon, useEngine, useItemState, useNow, useSnap, Warnings } from './parts';
import { go } from './route';
import { left, urgency, when } from './time';
import { duties, type Duty } from './tasks';
import type { Item, Start } from './types';
import { useT } from './words';

/** 现场: what is to be done, what still waits to go up, and the one button. */
export function Home() {
  const { t } = useT();
  const engine = useEngine();
  const { start, items, busy, online } = useSnap();
  const now = useNow();
  if (!start) return null;
  const list = duties(start, items, isoDay(now));
  const mine = items.filter((i) => i.account === start.me.id);
  const up = mine.filter(waiting).sort((a, b) => a.order - b.order);
  const need = mine.filter((i) => owed(i));
  return (
    <div className="page home">
      <header className="head">
        <div className="who">
          <h1>{t('field')}</h1>
          <p>{whereAndWho(start)}</p>
        </div>
        {start.demo && <span className="chip">{t('demo')}</span>}
        <button type="button" className="me" aria-label={t('settings')} onClick={() => go('/me')}><Icon name="user" size={24} /></button>
      </header>
      <div className="strip" role="status">
        <span><b data-testid="count-duties">{list.length}</b> {t('tasks')}</span>
        <span><b data-testid="count-up">{up.length}</b> {t('uploads')}</span>
        <span data-testid="net"><Icon name={online ? 'net' : 'noNet'} size={22} /> {busy ? t('sending') : t(online ? 'online' : 'offline')}</span>
      </div>
      <main>
        <Warnings />
        {need.length > 0 && (
          <Section title={t('decide')} note={t('decideNote')}>
            <ul className="card">{need.map((i) => <Waiting key={i.id} item={i} />)}</ul>
          </Section>
        )}
        <Section title={t('duty')} note={t('byTime')}>
          {list.length === 0 ? <p className="card empty">{t('dutiesNone')}</p> : <ul className="card" data-testid="duties">{list.map((x) => <DutyLine key={x.key} duty={x} now={now} />)}</ul>}
        </Section>
        {up.length > 0 && (
          <Section title={t('pending')} action={<button type="button" className="small" disabled={busy} onClick={() => void engine.kick(true)} data-testid="send-now">{t('sendNow')}</button>}>
            <ul className="card" data-testid="pending">{up.map((i) => <Waiting key={i.id} item={i} />)}</ul>
            <p className="note under">{t('pendingNote')}</p>
          </Section>
        )}
      </main>
      <nav className="bar">
        <button type="button" onClick={() => go('/grid')}><Icon name="grid" />{t('myGrid')}</button>
        <button type="button" className="big" onClick={() => newReport(engine)} data-testid="report"><Icon name="camera" size={38} />{t('report')}</button>
        <button type="button" onClick={() => go('/mine')}><Icon name="list" />{t('myReports')}</button>
      </nav>
    </div>
  );
}

/** 封丘县应举镇 · 第 07 网格 · 网格员 */
export function whereAndWho(start: Start): string {
  const own = start.cells.filter((c) => c.mine);
  const post = start.posts[0];
  const place = own[0]?.town ?? post?.scope.name ?? '';
  const cells = own.length > 0 ? own.slice(0, 2).map((c) => c.name).join('、') + (own.length > 2 ? ` +${own.length - 2}` : '') : (post?.unit.name ?? '');
  return [place, cells === place ? '' : cells, own[0]?.duty || post?.name].filter(Boolean).join(' · ');
}

function DutyLine({ duty, now }: { duty: Duty; now: number }) {
  const { t, lang } = useT();
  if (duty.visit) {
    const v = duty.visit;
    const seen = v.lastSeen ? t('lastSeen', { d: when(v.lastSeen, now, lang) }) : t('neverSeen');
    return (
      <Line icon="place" title={`${t('visit')} · ${v.place}`} sub={v.reasons.map((r) => r.text).join('；')}
        foot={`${t('today')} · ${seen}`} onOpen={() => go(`/visit/${encodeURIComponent(v.id)}`)} testid="visit" />
    );
  }
  const m = duty.matter!;
  const last = m.events.at(-1);
  const back = last?.act === 'return' && last.opinion ? `${last.name}：${last.opinion}` : '';
  const late = m.due ? urgency(m.due.at, now) : 'later';
  const rest = m.due ? left(m.due.at, now, lang) || (lang === 'en' ? m.due.leftEn : m.due.left) : '';
  return (
    <Line icon={back ? 'camera' : tileIcon(m.category.id)} title={m.title} sub={back || m.description || `${m.state.name} · ${m.number}`}
      foot={m.due ? <>{[t('before', { at: when(m.due.at, now, lang) }) + (lang === 'zh' ? m.due.name : ''), rest].filter(Boolean).map((x) => <span key={x}>{x}</span>)}</> : m.state.name}
      tone={late === 'late' ? 'danger' : late === 'soon' ? 'warn' : undefined} onOpen={() => go(`/task/${m.id}`)} testid="task" of={m.number} />
  );
}

function Waiting({ item }: { item: Item }) {
  const words = useItemState();
  return (
    <Line icon={itemIcon(item)} tone={owed(item) && item.state !== 'draft' ? 'danger' : 'plain'} title={[item.title, item.place].filter(Boolean).join(' · ')} sub={<ItemNote item={item} />}
      foot={item.state === 'queued' && !item.fault ? undefined : words(item)} onOpen={() => go(hrefOf(item))} testid={`item-${item.state}`} />
  );
}

/** Where an item opens: a draft in its form, all else on its own page. */
export function hrefOf(item: Item): string {
  if (item.state !== 'draft') return `/item/${item.id}`;
  switch (item.body.type) {
    case 'report':
      return `/report/${item.id}`;
    case 'move':
      return `/do/${item.id}`;
    case 'visit':
      return `/visit/${encodeURIComponent(item.body.visit)}`;
  }
}
